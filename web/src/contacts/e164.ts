// A US number in any way of writing, as the API looks it up.

/** E.164, or nothing when it is no US number. */
export function e164(text: string): string | undefined {
  const digits = text.replace(/\D/g, '');
  const ten = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  return /^[2-9]\d{2}[2-9]\d{6}$/.test(ten) ? `+1${ten}` : undefined;
}
