// The map of the states, darker where more voicemails were left; works without any other server.
import { geoPath } from 'd3-geo';
import type { FeatureCollection, Geometry } from 'geojson';
import { useEffect, useState } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { Loading } from '../parts/States';
import { count } from '../parts/words';
import type { Sums } from './analyticsSums';
import { postalCodes } from './postalCodes';

type States = FeatureCollection<Geometry, { name: string }>;

export function StateMap({ sums }: { sums: Map<string, Sums> }) {
  const [states, setStates] = useState<States>();
  useEffect(() => {
    let current = true;
    void import('us-atlas/states-albers-10m.json').then(module => {
      const atlas = module.default as unknown as Topology<{ states: GeometryCollection<{ name: string }> }>;
      if (current) setStates(feature(atlas, atlas.objects.states));
    });
    return () => {
      current = false;
    };
  }, []);
  if (!states) return <Loading what="the map" />;
  const path = geoPath();
  const of = (name: string) => sums.get(postalCodes[name] ?? '');
  const most = Math.max(1, ...[...sums.values()].map(s => s.DELIVERED));
  return (
    <svg
      viewBox="0 0 975 610"
      role="img"
      aria-label="Voicemails left by state; the table below has the figures"
      style={{ width: '100%' }}
    >
      {states.features.map(state => {
        const left = of(state.properties.name)?.DELIVERED ?? 0;
        const part = left === 0 ? 0 : 25 + Math.round((75 * left) / most);
        return (
          <path
            key={state.properties.name}
            d={path(state) ?? ''}
            fill={`color-mix(in srgb, var(--mantine-color-blue-7) ${part}%, var(--mantine-color-default-hover))`}
            stroke="var(--mantine-color-default-border)"
          >
            <title>
              {state.properties.name}: {count(left)} left
            </title>
          </path>
        );
      })}
    </svg>
  );
}
