// The page's places, and who gets to see them.
import { Suspense, lazy, useCallback, useEffect, useState } from 'react';
import { Navigate, Route, Routes, useLocation, useNavigate } from 'react-router';
import { onSessionEnded } from './graph/session';
import { useAsk } from './graph/useAsk';
import { Failed, Loading } from './parts/States';
import { NotFound } from './shell/NotFound';
import { Shell } from './shell/Shell';
import { SignIn } from './shell/SignIn';
import { ViewerContext, viewerDocument } from './shell/viewer';

const CampaignList = lazy(() => import('./campaigns/CampaignList').then(m => ({ default: m.CampaignList })));
const NewCampaign = lazy(() => import('./campaigns/NewCampaign').then(m => ({ default: m.NewCampaign })));
const Setup = lazy(() => import('./setup/Setup').then(m => ({ default: m.Setup })));
const CampaignPage = lazy(() => import('./campaign/CampaignPage').then(m => ({ default: m.CampaignPage })));
const ContactList = lazy(() => import('./contacts/ContactList').then(m => ({ default: m.ContactList })));
const ContactPage = lazy(() => import('./contacts/ContactPage').then(m => ({ default: m.ContactPage })));
const ImportList = lazy(() => import('./contacts/ImportList').then(m => ({ default: m.ImportList })));
const SetUp = lazy(() => import('./shell/SetUp').then(m => ({ default: m.SetUp })));
const ResultsPage = lazy(() => import('./results/ResultsPage').then(m => ({ default: m.ResultsPage })));
const Audit = lazy(() => import('./audit/Audit').then(m => ({ default: m.Audit })));
const SettingsPage = lazy(() => import('./settings/SettingsPage').then(m => ({ default: m.SettingsPage })));

export function App() {
  const asked = useAsk(viewerDocument, {});
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const [ended, setEnded] = useState(false);
  const { again } = asked;
  useEffect(
    () =>
      onSessionEnded(() => {
        setEnded(true);
        again();
      }),
    [again],
  );
  const entered = useCallback(() => {
    setEnded(false);
    again();
  }, [again]);
  if (!asked.data) {
    return asked.error ? <Failed error={asked.error} again={again} /> : <Loading what="voicedrop" />;
  }
  const { viewer, sandbox } = asked.data;
  const secret = /^\/set-up\/(\w+)$/.exec(pathname)?.[1];
  if (!viewer && secret) {
    const founded = () => {
      void navigate('/', { replace: true });
      entered();
    };
    return (
      <Suspense fallback={<Loading what="the screen" />}>
        <SetUp secret={secret} done={founded} />
      </Suspense>
    );
  }
  if (!viewer) return <SignIn ended={ended} done={entered} />;
  return (
    <ViewerContext value={viewer}>
      <Shell sandbox={sandbox} left={again}>
        <Suspense fallback={<Loading what="the screen" />}>
          <Routes>
            <Route path="/" element={<Navigate to="/agent/campaigns" replace />} />
            <Route path="/agent/campaigns" element={<CampaignList />} />
            <Route path="/agent/campaigns/new" element={<NewCampaign />} />
            <Route path="/agent/campaigns/:id/setup/:step" element={<Setup />} />
            <Route path="/agent/campaigns/:id" element={<CampaignPage />} />
            <Route path="/agent/campaigns/:id/:tab" element={<CampaignPage />} />
            <Route path="/agent/crm/contacts" element={<ContactList />} />
            <Route path="/agent/crm/contacts/:id" element={<ContactPage />} />
            <Route path="/agent/crm/imports" element={<ImportList />} />
            <Route path="/agent/results" element={<ResultsPage />} />
            <Route path="/audit" element={<Audit />} />
            <Route path="/settings" element={<SettingsPage />} />
            <Route path="/settings/:section" element={<SettingsPage />} />
            <Route path="/set-up/:secret" element={<Navigate to="/" replace />} />
            <Route path="*" element={<NotFound />} />
          </Routes>
        </Suspense>
      </Shell>
    </ViewerContext>
  );
}
