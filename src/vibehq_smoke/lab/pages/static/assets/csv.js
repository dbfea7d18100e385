/** The trends as a CSV file. */

/** One line for each point of each trend; `names` are the metrics as people call them. */
export function csv(trends, names, header) {
  const lines = trends.flatMap((trend) => trend.dataPoints.map((point) => [
    names[trend.metric], trend.timeframe, trend.interval, point.timestamp, point.value,
    point.change ?? "", point.changePercent ?? "",
  ]));
  return [header, ...lines].map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
}

/** Hand `text` to the browser as a download called `name`. */
export function offer(text, name) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

function quoted(value) {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
