const hidden = 'REDACTED';
/** `api_key`, `access_token`, `Authorization`: members whose value is a secret whatever it looks like. */
const secretName =
  /^(.*[_-])?(api[_-]?key|key|token|secret|password|passwd|authorization|cookie|credential|credentials)$/i;
/** Secrets within a text: keys of model providers, bearer tokens, JSON web tokens, parameters of addresses, user and password. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/\b(sk|pk|rk)-[\w-]{16,}/g, hidden],
  [/\bAIza[\w-]{20,}/g, hidden],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, hidden],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${hidden}`],
  [/([?&](?:api_?key|key|token|access_token|secret|password|signature)=)[^&\s"'\\]+/gi, `$1${hidden}`],
  [/\b(https?:\/\/)[^\s/@"']+@/gi, '$1'],
];

/** A text without what looks like a secret in it. */
export const redactText = (text: string): string =>
  secretTexts.reduce((shown, [pattern, instead]) => shown.replace(pattern, instead), text);

/** A JSON value without secrets, by the names of members and by what their texts look like. */
export function redact(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      secretName.test(name) && typeof member !== 'object' ? hidden : redact(member),
    ]),
  );
}
