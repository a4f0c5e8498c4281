import { useQuery } from "@tanstack/react-query";
import { findingsAttestationsOptions } from "~/api/generated/@tanstack/react-query.gen";
import type { AttestationView, FindingId } from "~/api/generated/types.gen";
import { day } from "~/lib/format";
import { Part } from "~/ui/page";
import { Problem, Status } from "~/ui/states";
import { Table } from "~/ui/table";
import { deciding as t } from "~texts/deciding";

/** What managers were asked about the people of a finding, and what they said. */
export function Questions({ finding }: { finding: FindingId }) {
  const questions = useQuery(findingsAttestationsOptions({ path: { finding }, query: { limit: 100 } }));
  if (questions.error) return <Problem error={questions.error} onRetry={() => questions.refetch()} />;
  const rows = questions.data?.items ?? [];
  if (rows.length === 0) return null;
  return (
    <Part title={t.questions}>
      <Table
        caption={t.questions}
        rows={rows}
        id={(row) => row.attestation}
        columns={[
          { head: t.person, cell: (row) => <bdi>{row.name}</bdi> },
          { head: t.manager, cell: (row) => <bdi>{row.manager}</bdi> },
          { head: t.state, cell: (row) => <Said row={row} /> },
          { head: t.next, cell: (row) => (row.proposes ? t.proposes[row.proposes] : "–") },
        ]}
      />
    </Part>
  );
}

function Said({ row: { state, answer, deadline } }: { row: AttestationView }) {
  if (answer) return <Status tone={answer === "not_needed" ? "good" : "quiet"}>{t.answers[answer]}</Status>;
  return (
    <>
      {t.states[state]}
      {state === "open" && deadline && <span className="text-dim text-sm"> {t.until(day(deadline))}</span>}
    </>
  );
}
