/* Draws each chart of a page of figures from the numbers of the table beside it, when it comes into
   sight: one column or row, and behind it in a dashed line the same of the year before. The library is
   large, so it is fetched after the page is there, once a chart is looked at, and not at all for who
   saves data. Without this file the page loses nothing but the pictures. */
"use strict";

(() => {
  const page = document.documentElement;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  const token = (name) => getComputedStyle(page).getPropertyValue(`--${name}`).trim();
  // The table has every digit; above a bar one decimal is enough.
  const shown = new Intl.NumberFormat("zh-CN", { maximumFractionDigits: 1 });
  const drawn = [];

  /** The numbers of one figure (`name`) as its table has them; null where there is none. */
  function numbers(figure, name = figure.dataset.figure) {
    const table = document.getElementById(figure.dataset.table ?? "figures");
    const cells = table.querySelectorAll(`td[data-figure="${CSS.escape(name)}"]`);
    return Array.from(cells, (cell) => ({
      heading: cell.dataset.heading,
      value: cell.dataset.value === "" ? null : Number(cell.dataset.value),
    }));
  }

  /** The same of the year before, where the page has it. */
  function earlier(figure) {
    if (!figure.dataset.before) return [];
    return [
      {
        type: "line",
        data: numbers(figure, figure.dataset.before).map((point) => point.value),
        itemStyle: { color: token("muted") },
        lineStyle: { color: token("muted"), width: 1.5, type: "dashed" },
        symbol: "none",
        silent: true,
      },
    ];
  }

  function option(figure) {
    const ranking = figure.dataset.kind === "ranking";
    let points = numbers(figure);
    if (ranking) {
      points = points
        .filter((point) => point.value > 0)
        .sort((one, other) => other.value - one.value)
        .slice(0, Number(figure.dataset.most));
    }
    const size = parseFloat(getComputedStyle(page).fontSize) * 0.875;
    const kind = ranking || points.length <= 8 ? "bar" : "line";
    const names = {
      type: "category",
      data: points.map((point) => point.heading),
      inverse: ranking,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: token("muted") } },
      axisLabel: {
        color: token("ink"),
        fontSize: size,
        interval: ranking ? 0 : "auto",
        width: ranking ? size * 9 : undefined,
        overflow: "truncate",
      },
    };
    const scale = { type: "value", show: false };
    return {
      animationDuration: still.matches ? 0 : 150,
      animationDurationUpdate: 0,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: ranking ? size * 6 : 8, top: size * 2, bottom: 4, containLabel: true },
      xAxis: ranking ? scale : names,
      yAxis: ranking ? names : scale,
      series: [
        {
          type: kind,
          data: points.map((point) => point.value),
          barMaxWidth: ranking ? size * 1.4 : 44,
          itemStyle: { color: token("brand") },
          lineStyle: { color: token("brand"), width: 2 },
          symbolSize: 7,
          label: {
            show: true,
            position: ranking ? "right" : "top",
            color: token("ink"),
            fontSize: size,
            // Along a line a number that stays the same is said once: side by side they run together.
            formatter: ({ value, dataIndex }) =>
              value === null || (kind === "line" && points[dataIndex - 1]?.value === value)
                ? ""
                : shown.format(value),
          },
          silent: true,
        },
        ...earlier(figure),
      ],
    };
  }

  function draw() {
    for (const { chart, figure } of drawn) {
      chart.setOption(option(figure), true);
      chart.getZr().flush(); // at once: a printer does not wait for the next frame
    }
  }

  let library = null;
  /** The library, fetched once however many charts ask for it. */
  function fetched() {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = document.querySelector(".charts").dataset.library;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  }

  function begin(figure) {
    const canvas = figure.querySelector(".canvas");
    const chart = window.echarts.init(canvas, null, { renderer: "canvas" });
    drawn.push({ chart, figure });
    chart.setOption(option(figure), true);
    new ResizeObserver(() => chart.resize()).observe(canvas);
  }

  const figures = document.querySelectorAll("figure.chart");
  if (navigator.connection?.saveData) {
    // The room that was kept for the pictures goes.
    for (const figure of figures) figure.querySelector(".canvas").remove();
    return;
  }
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        fetched().then(
          () => begin(target),
          () => target.querySelector(".canvas").remove(),
        );
      }
    },
    { rootMargin: "200px" },
  );
  for (const figure of figures) {
    figure.querySelector(".canvas").hidden = false;
    seen.observe(figure);
  }
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "print"]) {
    window.matchMedia(query).addEventListener("change", draw);
  }
})();
