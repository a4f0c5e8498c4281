import { Link, type LinkProps as RouterLinkProps } from "@tanstack/react-router";
import { type ButtonHTMLAttributes, type ReactNode, useId } from "react";
import { common as t } from "~texts/common";

const shape =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded-md px-4 py-2 text-center font-medium sm:min-h-9 sm:py-1.5";
const looks = {
  main: "bg-accent text-accent-ink hover:opacity-90",
  plain: "border border-edge bg-card hover:bg-well",
  quiet: "text-accent underline-offset-4 hover:underline px-2",
  danger: "border border-bad text-bad bg-card hover:bg-bad-tint",
};

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof looks | undefined;
  /** Under way: it says so and does nothing. */
  busy?: boolean | undefined;
  /** Why it does not work; told instead of hidden. */
  disabledReason?: string | undefined;
}

/** Its text is the act. One that does not work stays reachable and says why. */
export function Button({ look = "plain", busy, disabledReason, children, className = "", ...rest }: ButtonProps) {
  const reason = useId();
  const off = busy || disabledReason !== undefined;
  const { onClick, ...others } = rest;
  return (
    <>
      <button
        type="button"
        {...others}
        className={`${shape} ${looks[look]} ${off ? "cursor-not-allowed opacity-70" : ""} ${className}`}
        aria-disabled={off || undefined}
        aria-busy={busy || undefined}
        aria-describedby={disabledReason ? reason : undefined}
        title={disabledReason ?? rest.title}
        onClick={off ? (event) => event.preventDefault() : onClick}
      >
        {busy ? t.working : children}
      </button>
      {disabledReason && (
        <span id={reason} className="sr-only">
          {disabledReason}
        </span>
      )}
    </>
  );
}

type LinkProps = RouterLinkProps & { look?: keyof typeof looks; children: ReactNode; className?: string };

/** A link to a page that looks like a button. */
export function ButtonLink({ look = "plain", className = "", ...rest }: LinkProps) {
  return <Link {...rest} className={`${shape} ${looks[look]} ${className}`} />;
}
