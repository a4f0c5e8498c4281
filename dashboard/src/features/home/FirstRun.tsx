import type { OverviewView } from "~/api/generated/types.gen";
import { TroubleNotice, troubleOf } from "~/features/home/Freshness";
import { useCan } from "~/features/shell/me";
import { ButtonLink } from "~/ui/button";
import { Empty } from "~/ui/states";
import { findings as t } from "~texts/findings";

/** Before the first number: nothing is connected, the first check is under way, or something keeps it from finishing. */
export function FirstRun({ overview }: { overview: OverviewView }) {
  const mayConnect = useCan("connection:manage");
  const trouble = overview.scan && troubleOf(overview);
  if (trouble) return <TroubleNotice trouble={trouble} />;
  if (overview.connection === "connected") {
    return (
      <Empty
        title={t.firstCheck.title}
        action={
          <ButtonLink to="/welcome" look="main">
            {t.firstCheck.go}
          </ButtonLink>
        }
      >
        {t.firstCheck.lead}
      </Empty>
    );
  }
  return (
    <Empty
      title={t.notConnected.title}
      action={
        mayConnect && (
          <ButtonLink to="/connect" look="main">
            {t.notConnected.go}
          </ButtonLink>
        )
      }
    >
      {mayConnect ? t.notConnected.lead : t.notConnected.ask}
    </Empty>
  );
}
