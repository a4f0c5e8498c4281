import { download } from "~/features/activity/download";
import { useRoleReason } from "~/features/shell/me";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { toast } from "~/ui/toast";
import { exporting as t } from "~texts/exporting";

interface Answer {
  data: unknown;
  response: Response;
}

/** Where the next file begins, of a list that is longer than one may be (RFC 8288). */
function nextCursor(response: Response): string | undefined {
  const link = /<([^>]*)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  return link === undefined ? undefined : (new URLSearchParams(link.split("?")[1]).get("cursor") ?? undefined);
}

/** Takes all that a page is about away as files for a spreadsheet. */
export function Export({
  name,
  take,
  label = t.label,
}: {
  /** The beginning of the file's name. */
  name: string;
  take: (cursor: string | undefined) => Promise<Answer>;
  label?: string;
}) {
  const mayNot = useRoleReason("data:export");
  const [run, running] = useAct(async () => {
    const today = new Date().toISOString().slice(0, 10);
    let cursor: string | undefined;
    for (let part = 1; part === 1 || cursor; part++) {
      const { data, response } = await take(cursor);
      cursor = nextCursor(response);
      const several = part > 1 || cursor;
      download(`${name}-${today}${several ? `-${part}` : ""}.csv`, data as Blob);
    }
    toast(t.done);
  });
  return (
    <Button onClick={run} busy={running} disabledReason={mayNot} title={t.hint}>
      {label}
    </Button>
  );
}
