/** Where a fault of the lab may step in. On a healthy platform these are what they say; see faults.js. */
export const seams = {
  boot: () => {},
  health: (answer) => answer,
  updates: true,
  socket: "/parties/health-check-broadcast/main",
  state: (state) => state,
  polls: [],
  analytics: true,
  selection: (selection) => selection,
  line: (path) => path,
  csvHeader: ["Metric", "Timeframe", "Interval", "Timestamp", "Value", "Change", "ChangePercent"],
  csvName: (day) => `analytics-trends-${day}.csv`,
  terminal: true,
  dialTerminal: true,
};
