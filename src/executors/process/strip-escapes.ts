/* oxlint-disable no-control-regex -- control characters are what this is about */

/** Strings to the terminal (titles, links), sequences with parameters (colours, cursor), and the short ones. */
const sequences =
  /(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C\n]*(?:\u0007|\u001B\\|\u009C)?|(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|\u001B[ -/]*[0-~]?/g
const controls = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g
const anyControl = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/

/**
 * A command's output as text for a screen: without escape sequences and control characters other than tab and newline.
 * What a carriage return would have written over is left out, so that a progress bar is its latest state.
 */
export function stripEscapes(text: string): string {
  if (!anyControl.test(text)) return text
  return text
    .replace(sequences, '')
    .replace(/\r+(?=\n|$)/g, '')
    .replace(/[^\n]*\r/g, '')
    .replace(controls, '')
}
