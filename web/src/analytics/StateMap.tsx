// The map of the states, darker where more voicemails were left; works without any other server.
import { geoPath } from 'd3-geo';
import type { FeatureCollection, Geometry } from 'geojson';
import { useEffect, useState } from 'react';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import { postalCodes } from '../parts/postalCodes';
import { Loading } from '../parts/States';
import { count } from '../parts/words';
import type { State } from './figures';
import { rateWords } from './figures';

type States = FeatureCollection<Geometry, { name: string }>;

export function StateMap({ figures }: { figures: State[] }) {
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
  const byCode = new Map(figures.map(f => [f.state, f.results]));
  const most = Math.max(1, ...figures.map(f => f.results.delivered));
  return (
    <svg
      viewBox="0 0 975 610"
      role="img"
      aria-label="Voicemails left by state; the table beside it has the figures"
      style={{ width: '100%' }}
    >
      {states.features.map(state => {
        const { name } = state.properties;
        const results = byCode.get(postalCodes[name] ?? '');
        const left = results?.delivered ?? 0;
        const part = left === 0 ? 0 : 25 + Math.round((75 * left) / most);
        return (
          <path
            key={name}
            d={path(state) ?? ''}
            fill={`color-mix(in srgb, var(--mantine-color-blue-7) ${part}%, var(--mantine-color-default-hover))`}
            stroke="var(--mantine-color-default-border)"
          >
            <title>
              {name}: {count(left)} left{results ? `, ${rateWords(results.deliveryRate)}` : ''}
            </title>
          </path>
        );
      })}
    </svg>
  );
}
