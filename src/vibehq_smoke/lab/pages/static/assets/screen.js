/** What a terminal has printed, as plain text. */

const KEPT = 200_000;
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007]*\u0007|[@-Z\\-_])/g;
const OTHER_CONTROLS = /[\u0000-\u0007\u000b-\u001f]/g;
const PROMPT = /(^|\n)\$ $/;

/** Shows text in `element`. The shell's waiting prompt is left out, since the input line has one of its own. */
export class Screen {
  constructor(element) {
    this.element = element;
    this.text = "";
  }

  /** Add what the terminal sent. */
  write(raw) {
    this.text += raw.replace(ESCAPES, "").replace(/\r\n/g, "\n").replace(/[^\n]*\r(?=[^\n])/g, "").replace(OTHER_CONTROLS, "");
    while (/[^\n]\u0008/.test(this.text)) this.text = this.text.replace(/[^\n]\u0008/g, "");
    this.text = this.text.slice(-KEPT);
    this.show();
  }

  /** Add a line of ours. */
  note(message) {
    this.text += `${this.text === "" || this.text.endsWith("\n") ? "" : "\n"}[${message}]\n`;
    this.show();
  }

  /** Start over. */
  clear() {
    this.text = "";
    this.show();
  }

  show() {
    this.element.textContent = this.text.replace(PROMPT, "$1");
    this.element.scrollTop = this.element.scrollHeight;
  }
}
