import { accepted, type Checked, refusedAs } from './fault.js';

const form = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt _](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d:?\d\d)?)?$/;

/**
 * A date, or a date and a time with or without a zone; goes on as RFC 3339. A date alone begins its day, and what names no zone is in
 * UTC.
 */
export function checkDateTime(value: unknown): Checked {
  if (typeof value !== 'string') return refusedAs('datetime_type', 'Input should be a valid datetime');
  const parts = form.exec(value.trim());
  if (!parts) return refusal(value.trim().length < 10 ? 'input is too short' : formFault(value.trim()));
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction, zone = 'Z'] = parts;
  const fault = dateFault(Number(year), Number(month), Number(day)) ?? timeFault(Number(hour), Number(minute), Number(second), zone);
  if (fault) return refusal(fault);
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  return accepted(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction ? `.${fraction}` : ''}${offset}`);
}

/** As `checkDateTime`, but a date alone goes on as it is: it may mean the whole of its day. */
export function checkDateOrDateTime(value: unknown): Checked {
  const checked = checkDateTime(value);
  return 'value' in checked && typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value.trim()) ? accepted(value.trim()) : checked;
}

function refusal(error: string): Checked {
  return refusedAs('datetime_from_date_parsing', `Input should be a valid datetime or date, ${error}`, { error });
}

/** Words the fault as the parser behind pydantic (the Rust crate `speedate`) does. */
function formFault(text: string): string {
  if (!/^\d{4}/.test(text)) return 'invalid character in year';
  if (text[4] !== '-' || text[7] !== '-') return 'invalid date separator, expected `-`';
  if (!/^\d\d$/.test(text.slice(5, 7))) return 'invalid character in month';
  if (!/^\d\d$/.test(text.slice(8, 10))) return 'invalid character in day';
  if (!/[Tt _]/.test(text[10] ?? '')) return 'invalid datetime separator, expected `T`, `t`, `_` or space';
  return 'invalid time';
}

function dateFault(year: number, month: number, day: number): string | undefined {
  if (year < 1) return 'year value is outside expected range of 1-9999';
  if (month < 1 || month > 12) return 'month value is outside expected range of 1-12';
  // The calendar repeats itself every 400 years; `Date.UTC` takes the years up to 99 for those of the 20th century.
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return day < 1 || day > days ? 'day value is outside expected range' : undefined;
}

function timeFault(hour: number, minute: number, second: number, zone: string): string | undefined {
  if (hour > 23) return 'hour value is outside expected range of 0-23';
  if (minute > 59) return 'minute value is outside expected range of 0-59';
  if (second > 59) return 'second value is outside expected range of 0-59';
  const [, zoneHour = '0', zoneMinute = '0'] = /(\d\d):?(\d\d)$/.exec(zone) ?? [];
  return Number(zoneHour) > 23 || Number(zoneMinute) > 59 ? 'timezone offset must be less than 24 hours' : undefined;
}
