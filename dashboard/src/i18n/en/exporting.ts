export const exporting = {
  label: "Download as a file",
  hint: "For a spreadsheet. That you took it is noted in Activity.",
  done: "The file is in your downloads.",
};
