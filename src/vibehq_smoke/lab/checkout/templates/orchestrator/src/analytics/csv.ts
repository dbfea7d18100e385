/** The CSV that "Export CSV" downloads. */

export interface Point {
  readonly metric: string;
  readonly timeframe: string;
  readonly interval: string;
  readonly timestamp: string;
  readonly value: number;
  readonly change: number | null;
  readonly changePercent: number | null;
}

const HEADER = "Metric,Timeframe,Interval,Timestamp,Value,Change,ChangePercent";

export function toCsv(points: readonly Point[]): string {
  return [HEADER, ...points.map(line)].join("\n") + "\n";
}

export function fileName(day: Date): string {
  return `analytics-trends-${day.toISOString().slice(0, 10)}.csv`;
}

function line(point: Point): string {
  const cells = [
    point.metric,
    point.timeframe,
    point.interval,
    point.timestamp,
    point.value,
    point.change ?? "",
    point.changePercent ?? "",
  ];
  return cells.map(quoted).join(",");
}

function quoted(cell: string | number): string {
  const text = String(cell);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
