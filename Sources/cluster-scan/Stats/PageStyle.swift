/// How the page looks. Colours of types can be distinguished also with the common kinds of colour blindness
/// (Okabe and Ito), and each is also named in words.
enum PageStyle {
    /// The colour of a type, by its place among the variables of the style sheet.
    static func color(ofType type: String) -> String {
        switch type {
        case "string": "var(--string)"
        case "hash": "var(--hash)"
        case "list": "var(--list)"
        case "set": "var(--set)"
        case "zset": "var(--zset)"
        case "stream": "var(--stream)"
        default: "var(--other)"
        }
    }

    static let sheet = """
        :root {
          --page: #f6f7f9; --card: #ffffff; --text: #1b1f24; --quiet: #59636e; --line: #d8dee4;
          --bar: #2f6fb3; --second: #c9772b; --empty: #e6eaee; --alert: #b3261e;
          --string: #8cc4ea; --hash: #f0b54f; --list: #6cc7a5; --set: #e0a3c4; --zset: #ee8f63;
          --stream: #ece27a; --other: #c3c9d0; --on-color: #14181c;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0f1216; --card: #181c22; --text: #e6eaee; --quiet: #9aa5b1; --line: #2d343d;
            --bar: #6ea8e6; --second: #e6a15c; --empty: #262c34; --alert: #ff8a80;
            --string: #3f87b8; --hash: #b07a17; --list: #2c8f6d; --set: #a8628a; --zset: #b5562c;
            --stream: #9c9230; --other: #5a636d; --on-color: #ffffff;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--text);
          font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
        main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 48px; }
        h1 { font-size: 24px; margin: 0 0 4px; overflow-wrap: anywhere; }
        h2 { font-size: 17px; margin: 0 0 12px; }
        h3 { font-size: 14px; margin: 0 0 6px; color: var(--quiet); font-weight: 600; }
        .quiet, footer { color: var(--quiet); font-size: 13px; }
        p { margin: 0 0 8px; }
        section { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
          padding: 16px; margin: 16px 0; }
        .alert { border: 1px solid var(--alert); border-left-width: 6px; border-radius: 6px;
          padding: 8px 12px; margin: 12px 0; }
        .alert strong { color: var(--alert); }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px;
          margin: 16px 0; }
        .cards div { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
          padding: 10px 14px; }
        dt { color: var(--quiet); font-size: 13px; }
        dd { margin: 0; font-size: 20px; font-variant-numeric: tabular-nums; }
        svg { display: block; width: 100%; min-width: 640px; height: auto; margin: 0 0 12px; }
        svg text { fill: var(--text); font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; }
        svg text.quiet { fill: var(--quiet); }
        svg text.on { fill: var(--on-color); font: 12px ui-monospace, Menlo, Consolas, monospace; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
        th { text-align: left; color: var(--quiet); font-weight: 600; white-space: nowrap; }
        th, td { padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        tr:last-child td { border-bottom: 0; }
        .n { text-align: right; white-space: nowrap; }
        td:first-child:not(.n) { font-family: ui-monospace, Menlo, Consolas, monospace;
          overflow-wrap: anywhere; min-width: 180px; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 24px; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; margin: 0 0 8px;
          color: var(--quiet); }
        .legend i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 6px; }
        @media print { section { break-inside: avoid; } }
        """
}
