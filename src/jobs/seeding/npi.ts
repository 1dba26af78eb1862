/**
 * A National Provider Identifier: nine digits and one that checks them, by the Luhn formula with the prefix 80840 (45 CFR 162.406).
 * @param number of eight digits
 */
export function npiOf(number: number): string {
  const digits = `1${String(number).padStart(8, '0')}`;
  return `${digits}${checkDigit(`80840${digits}`)}`;
}

/** The digit that makes a number valid when it is put behind it. */
function checkDigit(digits: string): number {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = i % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return (10 - (sum % 10)) % 10;
}
