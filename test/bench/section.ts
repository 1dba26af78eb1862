/** What a heading of the second level begins, up to the next one or the end. */
function sectionAt(document: string, heading: string): { readonly from: number; readonly to: number } | undefined {
  const from = document.indexOf(`\n${heading}\n`);
  if (from < 0) return undefined;
  const next = document.indexOf('\n## ', from + 1);
  return { from: from + 1, to: next < 0 ? document.length : next + 1 };
}

const headingOf = (section: string): string => section.split('\n', 1)[0] ?? '';

/** The document with this section in place of the one of the same heading, or behind the others. */
export function withSection(document: string, section: string): string {
  const at = sectionAt(document, headingOf(section));
  const text = `${section.trimEnd()}\n`;
  if (!at) return `${document.trimEnd()}\n\n${text}`;
  const rest = document.slice(at.to);
  return `${document.slice(0, at.from)}${text}${rest === '' ? '' : `\n${rest}`}`;
}

/** The document with those sections of an earlier one that it does not have: other programs wrote them. */
export function keepingOthers(document: string, earlier: string): string {
  return (earlier.match(/^## .*$/gm) ?? []).reduce((kept, heading) => {
    const at = sectionAt(earlier, heading);
    return at && !sectionAt(document, heading) ? withSection(kept, earlier.slice(at.from, at.to)) : kept;
  }, document);
}
