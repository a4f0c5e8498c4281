import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { findingsAttestationAnswer, findingsAttestationPreview } from "~/api/generated/sdk.gen";
import type { Answer } from "~/api/generated/types.gen";
import { BadLink } from "~/features/auth/BadLink";
import { NoToken } from "~/features/auth/NoToken";
import { useLinkToken } from "~/features/auth/useLinkToken";
import { day } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { named } from "~/ui/named";
import { Page } from "~/ui/page";
import { Notice, Skeleton } from "~/ui/states";
import { attestation as t } from "~texts/attestation";

const ANSWERS: Answer[] = ["still_needed", "not_needed", "ask_later"];

export const Route = createFileRoute("/_public/attestation")({ component: Attestation });

function Attestation() {
  const token = useLinkToken();
  return token ? <Question key={token} token={token} /> : <NoToken />;
}

/** A manager's question and its three answers. Opening the page answers nothing: scanners of mail open every link. */
function Question({ token }: { token: string }) {
  const [given, setGiven] = useState<Answer>();
  const question = useQuery({
    queryKey: ["attestation", token],
    queryFn: async () => (await findingsAttestationPreview({ body: { token } })).data,
  });
  const [answer, answering] = useAct(async (answer: Answer) => {
    await findingsAttestationAnswer({ body: { token, answer } });
    setGiven(answer);
  });
  const { data, error } = question;
  // What was read stays: an answer that was given does not go because it cannot be read again.
  if (!data) {
    return error ? <BadLink error={error} onRetry={() => question.refetch()} /> : <Skeleton rows={4} />;
  }
  const chosen = given ?? data.answer;
  return (
    <Page title={t.title(data.name)} heading={named(t.title, data.name)} lead={named(t.lead, data.company)}>
      <ul className="list-disc ps-5">
        {data.licences.map((licence) => (
          <li key={licence}>{licence}</li>
        ))}
      </ul>
      {given && <Notice tone="good" icon="check" title={t.thanks} />}
      <div className="grid gap-2">
        {ANSWERS.map((one) => (
          <Button
            key={one}
            look={chosen === one ? "main" : "plain"}
            aria-pressed={chosen === one}
            onClick={() => answer(one)}
            busy={answering}
          >
            {t.answers[one]}
          </Button>
        ))}
      </div>
      {data.deadline && <p className="text-dim text-sm">{t.until(day(data.deadline))}</p>}
    </Page>
  );
}
