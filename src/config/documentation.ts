import type { Setting } from './setting.js';
import { settings } from './settings.js';

const all: readonly Setting<unknown>[] = Object.values(settings);

/** Every variable in aligned columns for a terminal of 100 characters, each with its default in brackets. */
export function configHelp(): string {
  const column = Math.max(...all.map(({ variable }) => variable.length)) + 4;
  const rows = all.map((setting) => {
    const shown = defaultOf(setting);
    const lines = wrapped(shown ? `${setting.meaning} [${shown}]` : setting.meaning, 100 - column);
    return `  ${setting.variable}`.padEnd(column) + lines.join(`\n${' '.repeat(column)}`);
  });
  return ['Environment variables, each with its default in brackets:', '', ...rows, ''].join('\n');
}

/** Every variable as a Markdown table. */
export function configMarkdown(): string {
  const rows = all.map((setting) => {
    const shown = defaultOf(setting);
    return `| \`${setting.variable}\` | ${shown ? `\`${shown}\`` : ''} | ${escaped(setting.meaning)} |`;
  });
  return ['| Variable | Default | Meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function defaultOf(setting: Setting<unknown>): string | undefined {
  return setting.shownDefault ?? (setting.secret ? undefined : setting.default);
}

/** `*` and `|` mean something in a Markdown table. */
function escaped(text: string): string {
  return text.replace(/[*|]/g, '\\$&');
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}
