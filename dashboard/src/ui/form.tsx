import {
  createContext,
  type FormEvent,
  type InputHTMLAttributes,
  type KeyboardEvent,
  type ReactNode,
  type SelectHTMLAttributes,
  use,
  useId,
  useRef,
  useState,
} from "react";
import { type ApiError, apiError } from "~/api/error";
import { common as t } from "~texts/common";
import { Button } from "./button";
import { Problem } from "./states";

interface Context {
  errors: Readonly<Record<string, string>>;
  busy: boolean;
}
const FormContext = createContext<Context>({ errors: {}, busy: false });

interface FormProps {
  /** What is sent; throws an `ApiError` where it is refused. */
  onSend: (values: FormData) => Promise<unknown>;
  children: ReactNode;
  label?: string;
  className?: string;
}

/**
 * A form that sends itself once at a time. What the server says of a field stands beside the field, the rest above; what
 * was typed stays.
 */
export function Form({ onSend, children, label, className = "grid gap-4" }: FormProps) {
  const [error, setError] = useState<ApiError>();
  const [missing, setMissing] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);
  const form = useRef<HTMLFormElement>(null);

  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (sending.current) return;
    const empty = [...event.currentTarget.elements].filter(
      (element): element is HTMLInputElement => element instanceof HTMLInputElement && !element.validity.valid,
    );
    setMissing(Object.fromEntries(empty.map((input) => [input.name, input.validationMessage || t.required])));
    setError(undefined);
    if (empty[0]) return empty[0].focus();
    sending.current = true;
    setBusy(true);
    try {
      await onSend(new FormData(event.currentTarget));
    } catch (thrown) {
      const refused = apiError(thrown);
      setError(refused);
      const first = Object.keys(refused.fields)[0];
      requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(first ?? "")}"]`)?.focus(),
      );
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };

  const shown = new Set([...(form.current?.elements ?? [])].map((element) => element.getAttribute("name")));
  const fields = Object.keys(error?.fields ?? {});
  const beside = fields.length > 0 && fields.every((name) => shown.has(name));
  return (
    <form ref={form} noValidate onSubmit={send} aria-label={label} className={className}>
      {error && !beside && <Problem error={error} />}
      <FormContext value={{ errors: { ...error?.fields, ...missing }, busy }}>{children}</FormContext>
    </form>
  );
}

export function Submit({
  children,
  look = "main",
  disabledReason,
}: {
  children: ReactNode;
  look?: "main" | "plain" | "danger";
  disabledReason?: string | undefined;
}) {
  const { busy } = use(FormContext);
  return (
    <Button type="submit" look={look} busy={busy} disabledReason={disabledReason}>
      {children}
    </Button>
  );
}

const control =
  "min-h-11 w-full rounded-md border border-edge bg-card px-3 py-1.5 sm:min-h-9 aria-invalid:border-bad disabled:opacity-60";

interface Labelled {
  label: string;
  name: string;
  hint?: ReactNode;
}

/** What a control is called, what helps to fill it in, and what is wrong with it. */
function Row({
  label,
  hint,
  id,
  error,
  children,
}: Omit<Labelled, "name"> & { id: string; error?: string | undefined; children: ReactNode }) {
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="text-dim text-sm">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-bad text-sm" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

function useRow(name: string, hint: ReactNode) {
  const id = useId();
  const error = use(FormContext).errors[name];
  const told = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return { id, error, aria: { "aria-invalid": error ? true : undefined, "aria-describedby": told } };
}

export function Field({ label, name, hint, ...input }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const { id, error, aria } = useRow(name, hint);
  return (
    <Row {...{ label, hint, id, error }}>
      <input id={id} name={name} className={control} required {...aria} {...input} />
    </Row>
  );
}

export function Select({ label, name, hint, children, ...select }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const { id, error, aria } = useRow(name, hint);
  return (
    <Row {...{ label, hint, id, error }}>
      <select id={id} name={name} className={control} {...aria} {...select}>
        {children}
      </select>
    </Row>
  );
}

export function Check({
  label,
  hint,
  ...input
}: { label: ReactNode; hint?: string } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="flex items-start gap-3 py-1">
      <input type="checkbox" className="mt-1 size-5 accent-(--accent)" {...input} />
      <span>
        {label}
        {hint && <span className="block text-dim text-sm">{hint}</span>}
      </span>
    </label>
  );
}

/** Of a control in which Enter is not to send the form around it. */
export const noSend = (event: KeyboardEvent): void => {
  if (event.key === "Enter") event.preventDefault();
};

/** A value of a form as text. */
export const text = (values: FormData, name: string): string => String(values.get(name) ?? "").trim();
