// Charts. A figure brings its own data and its own table; the table is what shows until the chart is drawn.
//
//   <figure data-chart="KIND"> <figcaption>…</figcaption> <div class="canvas"></div>
//     <script type="application/json">DATA</script> <div class="table">…</div> </figure>          (see <c-chart>)
//
// Data by kind. Everywhere `unit` is written behind figures, `digits` is how many decimals they get (default 1).
//   waterfall  {start: {label, value}, steps: [{label, delta, note?, target?}], end: {label, value}}
//              or, for the points of a score, {items: [{label, earned, lost, target?}], full?: 100}: drawn from the full
//              mark down to the score, what costs most first, small losses put together at the end. A bar with a `target`
//              opens the part of the page with this id.
//   line_band  {x: [label], series: {label, values: [number|null]}, band?: {label, low, middle, high: [number|null]},
//              grades?: [{grade, from, to}] as ground, marks?: [{at: index, label}] above the line}
//   bars       {items: [{label, value, state?: pass|watch|hold|stop}]}
//   scale      {bands: [{grade, from, to}], value: {label, score}, neighbours?: [{label, score}]}
//   bullet     {items: [{label, value|null, note?}], chosen: {label, value}}
//
// The stacked bar by grade and the sparkline need no script (templatetags/charts.py).
"use strict";

{
  const echartsAddress = document.currentScript.dataset.echarts;
  const drawn = new Map(); // canvas → {chart, data, figure, width}
  let loading;

  const load = () => loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = echartsAddress;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });

  // ── tokens of the look, as the browser resolves them for the theme in force ─────────────────────────────────────
  const probe = document.createElement("span");
  probe.hidden = true;
  const token = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };

  function look() {
    document.body.append(probe);
    const names = ["ink", "soft", "line", "line-strong", "paper", "raised", "brand", "on-brand", "pass-fill", "watch-fill", "hold-fill", "stop-fill",
      "plus", "minus", "base", "band", "on-good", "on-weak",
      ...["AAA", "AA", "A", "BBB", "BB", "B", "CCC", "CC", "C", "D"].map((grade) => `g-${grade}`)];
    const colours = Object.fromEntries(names.map((name) => [name, token(name)]));
    probe.remove();
    return { colours, font: getComputedStyle(document.body).fontFamily };
  }

  // ── figures ─────────────────────────────────────────────────────────────────────────────────────────────────────
  const figureWith = (digits) => new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  function writer(data) {
    const format = figureWith(data.digits ?? 1);
    const unit = data.unit ?? "";
    return {
      plain: (value) => value == null ? "—" : `${format.format(value)}${unit}`,
      signed: (value) => `${value < 0 ? "−" : "+"}${format.format(Math.abs(value))}`,
      bare: (value) => value == null ? "—" : format.format(value),
    };
  }

  const tooltip = ({ colours, font }, formatter, trigger = "item") => ({
    trigger, formatter, renderMode: "richText", confine: true,
    backgroundColor: colours.raised, borderColor: colours["line-strong"], borderWidth: 1, padding: [8, 12],
    textStyle: { color: colours.ink, fontFamily: font, fontSize: 13, lineHeight: 20 },
    axisPointer: { type: "line", lineStyle: { color: colours["line-strong"] } },
  });

  const valueAxis = ({ colours, font }, extra = {}) => ({
    type: "value", axisLine: { show: false }, axisTick: { show: false },
    axisLabel: { color: colours.soft, fontFamily: font, fontSize: 11, hideOverlap: true },
    splitLine: { lineStyle: { color: colours.line } }, splitNumber: 4, ...extra,
  });

  const labelAxis = ({ colours, font }, labels, extra = {}) => ({
    type: "category", data: labels, axisLine: { lineStyle: { color: colours["line-strong"] } }, axisTick: { show: false },
    axisLabel: { color: colours.ink, fontFamily: font, fontSize: 12, interval: 0, ...extra.axisLabel }, ...extra.axis,
  });

  const labelled = (width, narrow = 104, wide = 176) => ({ width: width < 520 ? narrow : wide, overflow: "truncate" });

  // ── kinds: (data, look, width, words) → {height, option} ────────────────────────────────────────────────────────
  const MOST_STEPS = 12;

  function stepsOf(data, words) {
    if (data.steps) return data;
    const full = data.full ?? 100;
    const losses = data.items.filter((item) => item.lost >= 0.05).sort((a, b) => b.lost - a.lost);
    const score = data.items.reduce((sum, item) => sum + item.earned, 0);
    const steps = losses.slice(0, MOST_STEPS).map((item) => ({
      label: item.label, delta: -item.lost, target: item.target, note: words.earned.replace("{earned}", item.earned.toFixed(1)).replace("{full}", (item.earned + item.lost).toFixed(1)),
    }));
    const rest = losses.slice(MOST_STEPS);
    if (rest.length) steps.push({ label: words.others.replace("{count}", rest.length), delta: -rest.reduce((sum, item) => sum + item.lost, 0) });
    return { ...data, start: { label: words.full, value: full }, steps, end: { label: words.score, value: score } };
  }

  function waterfall(given, look, width, words) {
    const data = stepsOf(given, words);
    const { colours, font } = look;
    const write = writer({ ...data, unit: "" });
    const rows = [{ ...data.start, total: true, from: data.start.value, to: data.start.value }];
    let at = data.start.value;
    for (const step of data.steps) {
      rows.push({ ...step, from: at, to: at + step.delta });
      at += step.delta;
    }
    rows.push({ ...data.end, total: true, from: data.end.value, to: data.end.value });
    const ends = rows.flatMap((row) => [row.from, row.to]);
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const room = (high - low || 1) * (width < 520 ? 0.16 : 0.09);
    const drawRow = (_, api) => {
      const row = rows[api.value(0)];
      const [x0, y] = api.coord([row.from, api.value(0)]);
      const [x1] = api.coord([row.to, api.value(0)]);
      const band = api.size([0, 1])[1];
      const tall = Math.min(18, band * 0.64);
      const next = rows[api.value(0) + 1];
      const children = [];
      if (next) children.push({ type: "line", shape: { x1, y1: y, x2: x1, y2: y + band }, style: { stroke: colours["line-strong"], lineWidth: 1 } });
      const text = (x, content, align, style = {}) => ({ type: "text", style: { x, y, text: content, textAlign: align, textVerticalAlign: "middle", fill: colours.ink, font: `12px ${font}`, ...style } });
      if (row.total) {
        children.push({ type: "circle", shape: { cx: x0, cy: y, r: 6 }, style: { fill: colours.brand } });
        const isRight = x0 > (api.coord([low, 0])[0] + api.coord([high, 0])[0]) / 2;
        children.push(text(x0 + (isRight ? -12 : 12), write.bare(row.value), isRight ? "right" : "left", { font: `600 13px ${font}` }));
      } else {
        const fill = row.delta < 0 ? colours.minus : colours.plus;
        children.push({ type: "rect", shape: { x: Math.min(x0, x1), y: y - tall / 2, width: Math.max(Math.abs(x1 - x0), 1.5), height: tall, r: 2 }, style: { fill } });
        const left = row.delta < 0;
        children.push(text(left ? Math.min(x0, x1) - 6 : Math.max(x0, x1) + 6, write.signed(row.delta), left ? "right" : "left"));
      }
      return { type: "group", children };
    };
    return {
      height: rows.length * 27 + 34,
      targets: rows.map((row) => row.target),
      option: {
        grid: { left: 4, right: 14, top: 6, bottom: 4, containLabel: true },
        tooltip: tooltip(look, ({ dataIndex }) => {
          const row = rows[dataIndex];
          return row.total ? `${row.label}  ${write.bare(row.value)}` : [`${row.label}  ${write.signed(row.delta)}`, row.note, `→ ${write.bare(row.to)}`].filter(Boolean).join("\n");
        }),
        xAxis: valueAxis(look, { min: Math.floor(low - room), max: Math.ceil(high + (data.steps.some((s) => s.delta > 0) ? room : 0)), position: "bottom" }),
        yAxis: labelAxis(look, rows.map((row) => row.label), { axisLabel: labelled(width), axis: { inverse: true, axisLine: { show: false } } }),
        series: [{ type: "custom", cursor: data.steps.some((step) => step.target) ? "pointer" : "default", renderItem: drawRow, data: rows.map((row, i) => [i, row.to]), encode: { x: 1, y: 0 } }],
      },
    };
  }

  function lineBand(data, look, width) {
    const { colours, font } = look;
    const write = writer(data);
    const name = (text, colour, weight = 500) => ({ show: true, formatter: text, color: colour, fontFamily: font, fontSize: 12, fontWeight: weight, distance: 6, width: width < 520 ? 70 : 120, overflow: "break" });
    const series = [];
    if (data.band) {
      const spread = data.band.high.map((high, i) => high == null || data.band.low[i] == null ? null : high - data.band.low[i]);
      const hidden = { type: "line", stack: "band", stackStrategy: "all", symbol: "none", lineStyle: { opacity: 0 }, silent: true, emphasis: { disabled: true }, tooltip: { show: false } };
      series.push({ ...hidden, data: data.band.low }, { ...hidden, data: spread, areaStyle: { color: colours.band, opacity: 1 } });
      series.push({ type: "line", data: data.band.middle, symbol: "none", silent: true, lineStyle: { color: colours.base, width: 1.5, type: [5, 4] }, endLabel: name(data.band.label, colours.soft), labelLayout: { moveOverlap: "shiftY" } });
    }
    series.push({
      type: "line", data: data.series.values, symbol: "circle", symbolSize: 7, connectNulls: false, z: 5,
      lineStyle: { color: colours.brand, width: 2.5 }, itemStyle: { color: colours.brand, borderColor: colours.paper, borderWidth: 1.5 },
      endLabel: name(`${write.bare(data.series.values.at(-1))}\n${data.series.label}`, colours.brand, 600), labelLayout: { moveOverlap: "shiftY" },
      label: { show: data.series.values.length <= 6, position: "top", formatter: ({ value, dataIndex }) => dataIndex === data.x.length - 1 ? "" : write.bare(value), color: colours.ink, fontFamily: font, fontSize: 12 },
    });
    const line = series.at(-1);
    let [low, high] = [null, null];
    if (data.grades) {
      // Only the bands that the line comes near: the scale has ten, and a change of two points must be seen.
      const known = data.series.values.filter((value) => value != null);
      const near = data.grades.filter((grade) => grade.to > Math.min(...known) - 6 && grade.from < Math.max(...known) + 6);
      [low, high] = [Math.min(...near.map((grade) => grade.from)), Math.max(...near.map((grade) => grade.to))];
      line.markArea = {
        silent: true, label: { show: true, position: "insideLeft", color: colours.soft, fontFamily: font, fontSize: 12, fontWeight: 600 },
        data: near.map((grade, i) => [{ name: grade.grade, yAxis: grade.from, itemStyle: { color: i % 2 ? colours.paper : colours.band, opacity: 0.55 } }, { yAxis: grade.to }]),
      };
    }
    if (data.marks?.length) {
      line.markPoint = {
        symbol: "pin", symbolSize: 38, silent: true, itemStyle: { color: colours["watch-fill"] },
        label: { color: "#14252b", fontFamily: font, fontSize: 11, fontWeight: 600, formatter: ({ name }) => name },
        data: data.marks.filter((mark) => data.series.values[mark.at] != null).map((mark) => ({ name: mark.label, coord: [mark.at, data.series.values[mark.at]] })),
      };
    }
    return {
      height: width < 520 ? 220 : 240,
      option: {
        grid: { left: 4, right: width < 520 ? 76 : 128, top: data.marks?.length ? 40 : 22, bottom: 4, containLabel: true },
        tooltip: tooltip(look, (points) => {
          const i = points[0].dataIndex;
          const lines = [data.x[i], `${data.series.label}  ${write.plain(data.series.values[i])}`];
          if (data.band?.middle[i] != null) lines.push(`${data.band.label}  ${write.plain(data.band.middle[i])}  (${write.bare(data.band.low[i])} – ${write.bare(data.band.high[i])})`);
          return lines.join("\n");
        }, "axis"),
        xAxis: labelAxis(look, data.x, { axis: { boundaryGap: ["4%", "4%"] }, axisLabel: { interval: "auto", color: colours.soft } }),
        yAxis: valueAxis(look, { scale: true, ...(data.grades ? { min: low, max: high } : {}), axisLabel: { color: colours.soft, fontFamily: font, fontSize: 11, formatter: (value) => `${value}${data.unit ?? ""}` } }),
        series,
      },
    };
  }

  function bars(data, look, width) {
    const { colours, font } = look;
    const write = writer(data);
    const many = data.items.length > 12; // then labels would lie on one another
    return {
      height: 230,
      option: {
        grid: { left: 4, right: 8, top: 26, bottom: 4, containLabel: true },
        tooltip: tooltip(look, ({ dataIndex }) => `${data.items[dataIndex].label}  ${write.plain(data.items[dataIndex].value)}`),
        xAxis: labelAxis(look, data.items.map((item) => item.label), many ? { axisLabel: { interval: "auto", color: colours.soft } } : { axisLabel: { width: Math.max(44, width / data.items.length - 10), overflow: "break", lineHeight: 15, fontSize: width < 520 ? 11 : 12 } }),
        yAxis: valueAxis(look),
        series: [{
          type: "bar", barMaxWidth: 64, barCategoryGap: "32%",
          data: data.items.map((item) => ({ value: item.value, itemStyle: { color: item.state ? colours[`${item.state}-fill`] : colours.plus, borderRadius: [3, 3, 0, 0] } })),
          label: { show: !many, position: "top", formatter: ({ value }) => write.bare(value), color: colours.ink, fontFamily: font, fontSize: 12 },
        }],
      },
    };
  }

  function scale(data, look, width) {
    const { colours, font } = look;
    const write = writer(data);
    const [low, high] = [Math.min(...data.bands.map((band) => band.from)), Math.max(...data.bands.map((band) => band.to))];
    const WEAK = ["BB", "B", "CCC", "CC", "C", "D"];
    const draw = (_, api) => {
      const at = (value) => api.coord([value, 0])[0];
      const top = 40;
      const tall = 30;
      const children = data.bands.map((band) => ({ type: "rect", shape: { x: at(band.from), y: top, width: Math.max(at(band.to) - at(band.from) - 1.5, 0.5), height: tall, r: 2 }, style: { fill: colours[`g-${band.grade}`] } }));
      for (const band of data.bands) {
        const middle = (at(band.from) + at(band.to)) / 2;
        if (at(band.to) - at(band.from) > band.grade.length * 8 + 4) children.push({ type: "text", style: { x: middle, y: top + tall / 2, text: band.grade, textAlign: "center", textVerticalAlign: "middle", fill: colours[WEAK.includes(band.grade) ? "on-weak" : "on-good"], font: `600 11px ${font}` } });
        children.push({ type: "text", style: { x: at(band.from), y: top + tall + 6, text: write.bare(band.from), textAlign: "center", fill: colours.soft, font: `10px ${font}` } });
      }
      for (const near of data.neighbours ?? []) {
        const x = at(near.score);
        children.push({ type: "line", shape: { x1: x, y1: top - 3, x2: x, y2: top + tall + 3 }, style: { stroke: colours.ink, lineWidth: 1.5, lineDash: [2, 2] } });
        children.push({ type: "text", style: { x, y: top + tall + 22, text: `${near.label} ${write.bare(near.score)}`, textAlign: "center", fill: colours.soft, font: `11px ${font}` } });
      }
      const x = at(data.value.score);
      children.push({ type: "polygon", shape: { points: [[x - 7, top - 12], [x + 7, top - 12], [x, top - 1]] }, style: { fill: colours.brand } });
      const align = x < width * 0.15 ? "left" : x > width * 0.85 ? "right" : "center";
      children.push({ type: "text", style: { x: align === "left" ? x - 7 : align === "right" ? x + 7 : x, y: top - 32, text: `${data.value.label} ${write.bare(data.value.score)}`, textAlign: align, fill: colours.ink, font: `600 13px ${font}` } });
      return { type: "group", children };
    };
    return {
      height: data.neighbours?.length ? 112 : 96,
      option: {
        grid: { left: 10, right: 10, top: 0, bottom: 0 },
        xAxis: { type: "value", min: low, max: high, show: false },
        yAxis: { type: "value", min: 0, max: 1, show: false },
        series: [{ type: "custom", renderItem: draw, data: [[low, 0]], clip: false, silent: true }],
      },
    };
  }

  function bullet(data, look, width) {
    const { colours, font } = look;
    const write = writer({ ...data, unit: "" });
    return {
      height: data.items.length * 28 + 48,
      option: {
        grid: { left: 4, right: width < 520 ? 64 : 84, top: 26, bottom: 4, containLabel: true },
        tooltip: tooltip(look, ({ dataIndex }) => {
          const item = data.items[dataIndex];
          return [`${item.label}  ${write.plain(item.value)} ${data.unit ?? ""}`, item.note].filter(Boolean).join("\n");
        }),
        xAxis: valueAxis(look, { min: 0 }),
        yAxis: labelAxis(look, data.items.map((item) => item.label), { axisLabel: labelled(width), axis: { inverse: true, axisLine: { show: false } } }),
        series: [{
          type: "bar", barWidth: 12, cursor: "default",
          data: data.items.map((item) => ({ value: item.value ?? 0, itemStyle: { color: item.value === data.chosen.value ? colours.brand : colours.base, borderRadius: [0, 3, 3, 0] } })),
          label: { show: true, position: "right", color: colours.ink, fontFamily: font, fontSize: 12, formatter: ({ dataIndex }) => write.bare(data.items[dataIndex].value) },
          markLine: {
            symbol: "none", silent: true, animation: false, data: [{ xAxis: data.chosen.value }],
            lineStyle: { color: colours.brand, width: 2, type: "solid" },
            label: { position: "start", distance: 4, formatter: "", show: false },
          },
          markPoint: { symbolSize: 1, silent: true, data: [{ coord: [data.chosen.value, 0] }], label: { show: true, position: [4, -32], align: "left", formatter: `${data.chosen.label} ${write.bare(data.chosen.value)}`, color: colours.brand, fontFamily: font, fontSize: 12, fontWeight: 600 } },
        }],
      },
    };
  }

  const KINDS = { waterfall, line_band: lineBand, bars, scale, bullet };
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  // ── drawing and drawing again ───────────────────────────────────────────────────────────────────────────────────
  function render(entry) {
    const { chart, data, figure, canvas } = entry;
    entry.width = canvas.clientWidth;
    if (!entry.width) return; // inside something closed: the observer calls again when it opens
    const { height, option, targets } = KINDS[figure.dataset.chart](data, look(), entry.width, { ...figure.dataset });
    entry.targets = targets;
    canvas.style.height = `${height}px`;
    chart.resize({ width: entry.width, height });
    chart.setOption({ animation: !still.matches, animationDuration: 350, ...option }, { notMerge: true });
  }

  const observer = new ResizeObserver((changes) => {
    for (const { target } of changes) {
      const entry = drawn.get(target);
      if (entry && target.clientWidth !== entry.width) render(entry);
    }
  });

  async function draw(figure) {
    const canvas = figure.querySelector(".canvas");
    if (drawn.has(canvas) || !KINDS[figure.dataset.chart]) return;
    const data = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const echarts = await load();
    figure.classList.add("is-drawn");
    const chart = echarts.init(canvas, null, { renderer: "svg", width: canvas.clientWidth || 300, height: 100 });
    const entry = { chart, data, figure, canvas };
    chart.on("click", ({ dataIndex }) => {
      const id = entry.targets?.[dataIndex];
      if (id && document.getElementById(id)) location.hash = id; // what opens parts by address opens it (xinheng.js)
    });
    drawn.set(canvas, entry);
    render(entry);
    observer.observe(canvas);
  }

  function turn(figure, asTable) {
    figure.classList.toggle("as-table", asTable);
    const button = figure.querySelector(".swap");
    if (!button) return;
    button.dataset.tableWord ??= button.textContent;
    button.textContent = asTable ? button.dataset.chartWord : button.dataset.tableWord;
    button.setAttribute("aria-pressed", String(asTable));
  }

  const figures = (root) => [...root.querySelectorAll("figure[data-chart]")];

  document.addEventListener("click", (event) => {
    const button = event.target.closest("figure[data-chart] .swap");
    if (button) turn(button.closest("figure"), button.getAttribute("aria-pressed") !== "true");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
    const found = figures(document);
    const asTable = !found.every((figure) => figure.classList.contains("as-table"));
    found.forEach((figure) => turn(figure, asTable));
  });
  const again = () => drawn.forEach(render);
  document.addEventListener("xinheng:theme", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  document.addEventListener("htmx:load", (event) => figures(event.detail.elt).forEach(draw));
  figures(document).forEach(draw);
}
