import { useState } from "react";
import { numbersFollow } from "~/api/changed";
import { findingsExportPrices, findingsImportPrices } from "~/api/generated/sdk.gen";
import type { ImportView, PriceChange } from "~/api/generated/types.gen";
import { Export } from "~/features/export/Export";
import { useCan, useRoleReason } from "~/features/shell/me";
import { money } from "~/lib/format";
import { useAct } from "~/ui/act";
import { Button } from "~/ui/button";
import { Field, Form, Submit } from "~/ui/form";
import { Part } from "~/ui/page";
import { Notice } from "~/ui/states";
import { Table } from "~/ui/table";
import { toast } from "~/ui/toast";
import { common } from "~texts/common";
import { licences as t } from "~texts/licences";

interface Tried {
  file: File;
  would: ImportView;
}

/** The bytes as they are: the server says where a file is not in UTF-8, and names each cell that is wrong. */
const send = (file: File, dry_run: boolean) =>
  findingsImportPrices({ query: { dry_run }, body: file as unknown as string });

/** Prices in a spreadsheet: taken away, filled in, tried, and only then changed. */
export function PriceFile() {
  const mayBring = useCan("checks:manage");
  const mayNot = useRoleReason("checks:manage");
  const [tried, setTried] = useState<Tried>();
  const [apply, applying] = useAct(async () => {
    if (!tried) return;
    const { data } = await send(tried.file, false);
    setTried(undefined);
    toast(t.fileDone(data.changes.length));
    await numbersFollow();
  });
  return (
    <Part
      title={t.file}
      lead={t.fileLead}
      actions={
        <Export name="steward-prices" label={t.fileTake} take={() => findingsExportPrices({ parseAs: "blob" })} />
      }
    >
      {mayNot && <p className="text-dim">{mayNot}</p>}
      {/* Stays where it only does not work for a while: the file that was chosen is not lost. */}
      {mayBring && (
        <Form
          label={t.file}
          className="grid max-w-prose gap-3"
          onSend={async (values) => {
            setTried(undefined);
            const file = values.get("file") as File;
            setTried({ file, would: (await send(file, true)).data });
          }}
        >
          <Field label={t.fileChoose} hint={t.fileHint} name="file" type="file" accept=".csv,text/csv,text/plain" />
          <div>
            <Submit look="plain" disabledReason={mayNot}>
              {t.fileRead}
            </Submit>
          </div>
        </Form>
      )}
      {tried && (
        <div role="status" className="grid gap-4">
          <Would would={tried.would} />
          {tried.would.changes.length > 0 && (
            <div className="flex flex-wrap gap-2">
              <Button look="main" onClick={apply} busy={applying} disabledReason={mayNot}>
                {t.fileApply(tried.would.changes.length)}
              </Button>
              <Button onClick={() => setTried(undefined)}>{common.cancel}</Button>
            </div>
          )}
        </div>
      )}
    </Part>
  );
}

function Would({ would: { changes, problems, silent } }: { would: ImportView }) {
  if (problems.length > 0) {
    return (
      <>
        <Notice tone="warn" icon="warn" title={t.fileWrong(problems.length)} />
        <Table
          caption={t.fileWrong(problems.length)}
          rows={problems}
          id={({ row, column, code }) => `${row} ${column} ${code}`}
          columns={[
            { head: t.row, cell: ({ row, column }) => `${row}, ${column}` },
            { head: t.problem, cell: ({ message }) => <bdi>{message}</bdi> },
          ]}
        />
      </>
    );
  }
  if (changes.length === 0) return <Notice title={t.fileSame} />;
  return (
    <>
      <p>
        <strong>{t.fileWould(changes.length)}</strong> {silent > 0 && t.fileSilent(silent)}
      </p>
      <Table
        caption={t.fileWould(changes.length)}
        rows={changes}
        id={({ sku }) => sku}
        columns={[
          { head: t.product, cell: ({ product, part_number }) => product ?? <code>{part_number}</code> },
          { head: t.before, cell: ({ before }) => (before ? money(before.monthly) : t.unknownPrice), numeric: true },
          { head: t.after, cell: after, numeric: true },
          { head: t.term, cell: ({ term }) => (term ? t.termOf(term) : t.termUnknown) },
        ]}
      />
    </>
  );
}

const after = ({ amount }: PriceChange): string => (amount ? money(amount) : t.listPrice);
