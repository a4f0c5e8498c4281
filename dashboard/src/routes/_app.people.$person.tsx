import { useQueries, useQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { findingsGetOptions, findingsPersonOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { FindingDetail, PersonDetail, PersonFinding, PersonLicence } from "~/api/generated/types.gen";
import { AcceptDialog } from "~/features/findings/DecideDialogs";
import { accept } from "~/features/findings/decide";
import { fixable } from "~/features/findings/fixable";
import { follow } from "~/features/findings/follow";
import { choiceName } from "~/features/fixes/preview";
import { isFree } from "~/features/people/cost";
import { PersonStatus } from "~/features/people/PersonStatus";
import { Allowed } from "~/features/shell/Allowed";
import { useRoleReason } from "~/features/shell/me";
import { day, days, money, withDays } from "~/lib/format";
import { forget } from "~/lib/kept";
import { Button, ButtonLink } from "~/ui/button";
import { TextLink } from "~/ui/link";
import { named } from "~/ui/named";
import { Page, Part } from "~/ui/page";
import { Problem, Skeleton, Status } from "~/ui/states";
import { Table } from "~/ui/table";
import { deciding } from "~texts/deciding";
import { findings } from "~texts/findings";
import { fixing } from "~texts/fixing";
import { people as t } from "~texts/people";

export const Route = createFileRoute("/_app/people/$person")({
  component: () => (
    <Allowed to="people:read" title={t.title}>
      <Person />
    </Allowed>
  ),
});

function Person() {
  const { person } = Route.useParams();
  const detail = useQuery(findingsPersonOptions({ path: { person } }));
  // 422: an address that is nobody's, because it is not one.
  if (detail.error?.status === 404 || detail.error?.status === 422) {
    return <Page title={t.gone} lead={t.goneLead} actions={<ButtonLink to="/people">{t.back}</ButtonLink>} />;
  }
  if (detail.error && !detail.data) {
    return (
      <Page title={t.title}>
        <Problem error={detail.error} onRetry={() => detail.refetch()} />
      </Page>
    );
  }
  if (!detail.data) return <Skeleton rows={5} tall />;
  return <Loaded person={detail.data} />;
}

function Loaded({ person }: { person: PersonDetail }) {
  return (
    <div className="grid gap-6">
      <TextLink to="/people">{t.back}</TextLink>
      <Page
        title={person.name}
        heading={<bdi>{person.name}</bdi>}
        lead={
          <p className="flex flex-wrap items-center gap-x-4">
            <bdi className="break-all">{person.address}</bdi>
            {person.department && (
              <TextLink to="/people" search={{ department: person.department }}>
                <bdi>{person.department}</bdi>
              </TextLink>
            )}
            <PersonStatus status={person.status} text={person.status_text} />
          </p>
        }
      >
        <Amount person={person} />
        <LastUse person={person} />
        <Found person={person} />
        {person.history.length > 0 && (
          <Part title={t.history}>
            <ul className="grid gap-2">
              {person.history.map(({ on, what }) => (
                <li key={on + what} className="grid gap-x-4 sm:grid-cols-[8rem_1fr]">
                  <time dateTime={on} className="text-dim">
                    {day(on)}
                  </time>
                  <bdi>{what}</bdi>
                </li>
              ))}
            </ul>
          </Part>
        )}
      </Page>
    </div>
  );
}

function Amount({ person: { monthly, price_missing, licences } }: { person: PersonDetail }) {
  const dearest = licences.toSorted((a, b) => (b.monthly?.amount_minor ?? 0) - (a.monthly?.amount_minor ?? 0));
  const costs = monthly && monthly.amount_minor > 0;
  return (
    <section aria-label={t.licences} className="grid gap-4 rounded-xl border border-line bg-tint p-5 sm:p-6">
      {costs && (
        <p className="flex flex-wrap items-baseline gap-x-3">
          <span className="font-display text-4xl tabular-nums">{money(monthly)}</span>
          <span>{t.perMonth}</span>
          <span className="text-dim">
            {t.perYear(money({ ...monthly, amount_minor: monthly.amount_minor * 12 }))} · {t.exclVat}
          </span>
        </p>
      )}
      {licences.length === 0 ? <p>{t.hasNothing}</p> : !costs && price_missing === 0 && <p>{t.costsNothing}</p>}
      {price_missing > 0 && (
        <p className="flex flex-wrap gap-x-3">
          {t.priceUnknown(price_missing)} <TextLink to="/licences">{t.tellPrice}</TextLink>
        </p>
      )}
      {licences.length > 0 && (
        <Table
          caption={t.licences}
          rows={dearest}
          id={(licence) => licence.sku}
          columns={[
            { head: t.licence, cell: ({ product }) => product },
            { head: t.how, cell: assigned },
            { head: t.cost, cell: (licence) => price(licence), numeric: true },
          ]}
        />
      )}
    </section>
  );
}

function assigned({ direct, groups }: PersonLicence): string {
  if (groups === 0) return t.direct;
  return direct ? t.both(groups) : t.groups(groups);
}

const price = (licence: PersonLicence) =>
  isFree(licence) ? (
    <span className="text-dim">–</span>
  ) : licence.monthly ? (
    money(licence.monthly)
  ) : (
    <span className="text-warn">{t.notKnown}</span>
  );

/** When they were last there, and what is concluded from it. */
function LastUse({ person: { last_sign_in: last, status_evidence: seen } }: { person: PersonDetail }) {
  return (
    <Part title={t.lastUse}>
      <dl className="grid gap-x-6 gap-y-1 sm:grid-cols-[auto_1fr]">
        {last && (
          <>
            <dt className="text-dim">{t.lastSeenAbout}</dt>
            <dd>{days(last.earliest, last.latest)}</dd>
          </>
        )}
        {!(last && seen.what === t.lastSeen) && (
          <>
            <dt className="text-dim">{seen.what}</dt>
            <dd>
              <bdi>{withDays(seen.value)}</bdi>
            </dd>
          </>
        )}
        <dt className="text-dim">{t.source}</dt>
        <dd>{seen.as_of ? `${seen.source}, ${day(seen.as_of)}` : seen.source}</dd>
      </dl>
    </Part>
  );
}

function Found({ person }: { person: PersonDetail }) {
  const found = person.findings;
  const details = useQueries({
    queries: found.map(({ finding }) => findingsGetOptions({ path: { finding } })),
  });
  return (
    <Part title={t.found} lead={found.length === 0 ? t.foundNone : undefined}>
      {found.length > 0 && (
        <ul className="grid gap-4">
          {found.map((finding, at) => (
            <Finding key={finding.finding} person={person} finding={finding} detail={details[at]?.data} />
          ))}
        </ul>
      )}
    </Part>
  );
}

interface FindingProps {
  person: PersonDetail;
  finding: PersonFinding;
  /** Once it is known. */
  detail: FindingDetail | undefined;
}

function Finding({ person, finding, detail }: FindingProps) {
  const tone = { review: "warn", remove: "good", keep: "quiet" } as const;
  const saves = finding.licences.filter((held) => held.monthly && held.counts);
  const first = saves[0]?.monthly;
  const sum = saves.reduce((sum, { monthly }) => sum + (monthly?.amount_minor ?? 0), 0);
  return (
    <li className="grid gap-x-6 gap-y-1 border-line border-b pb-4 last:border-0 last:pb-0 sm:grid-cols-[1fr_auto]">
      <div className="grid gap-1">
        <h3>{finding.title}</h3>
        <p className="flex flex-wrap gap-x-4 text-dim text-sm">
          <Status tone={tone[finding.advice]}>{t.advice(finding.advice)}</Status>
          {first && sum > 0 && <span>{t.could(money({ ...first, amount_minor: sum }))}</span>}
          {detail && (
            <>
              <span>
                {findings.how}: {findings.remedy(detail.remedy)}
              </span>
              <span>{findings.undo(detail.undo)}</span>
            </>
          )}
        </p>
        <ul className="text-sm">
          {finding.evidence.map(({ what, value, source, as_of }) => (
            <li key={what + source}>
              <span className="text-dim">{what}:</span> <bdi>{withDays(value)}</bdi>{" "}
              <span className="text-dim">
                ({source}
                {as_of && `, ${day(as_of)}`})
              </span>
            </li>
          ))}
        </ul>
      </div>
      <Acts person={person} finding={finding} detail={detail} />
    </li>
  );
}

/** What can be done about a finding for this person alone. */
function Acts({ person, finding: { finding, title }, detail }: FindingProps) {
  const navigate = useNavigate();
  const mayNotFix = useRoleReason("fixes:preview");
  const mayNotDecide = useRoleReason("findings:manage");
  const [accepting, setAccepting] = useState(false);
  const preview = (preview: "advised" | "block_sign_in") => {
    // Of the whole finding, from another time.
    forget(choiceName(finding));
    navigate({ to: "/savings/$finding", params: { finding }, search: { preview, person: person.person } });
  };
  // Of what says so: an account nobody uses is better closed than kept.
  const unused = person.status_finding === finding && (person.status === "not_used" || person.status === "never_used");
  return (
    <div className="flex flex-wrap items-start gap-2 max-sm:pt-2 sm:max-w-56 sm:flex-col sm:items-stretch">
      {detail && fixable(detail.remedy) && (
        <Button onClick={() => preview("advised")} disabledReason={mayNotFix} aria-label={t.fixOf(title, person.name)}>
          {fixing.open}
        </Button>
      )}
      {detail && fixable(detail.remedy) && unused && (
        <Button onClick={() => preview("block_sign_in")} disabledReason={mayNotFix}>
          {t.block}
        </Button>
      )}
      <Button
        onClick={() => setAccepting(true)}
        disabledReason={mayNotDecide}
        aria-label={t.keepOf(title, person.name)}
      >
        {deciding.accept}
      </Button>
      <ButtonLink to="/savings/$finding" params={{ finding }} look="quiet" aria-label={`${t.review}: ${title}`}>
        {t.review}
      </ButtonLink>
      {accepting && (
        <AcceptDialog
          about={named((name) => t.onlyThem(title, name), person.name)}
          onClose={() => setAccepting(false)}
          onSend={async (values) => {
            await accept(finding, values, person.person);
            setAccepting(false);
            await follow(deciding.accepted);
          }}
        />
      )}
    </div>
  );
}
