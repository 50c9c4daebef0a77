// Draws the charts from what stands in their data-chart, in the colours of the style sheet, and again when these change.
(() => {
  'use strict';
  const drawn = [];
  const percent = value => (100 * value).toLocaleString('en', { maximumFractionDigits: 1 }) + '%';
  const plain = value => value.toLocaleString('en', { maximumFractionDigits: 4 });
  const short = value => value.toLocaleString('en', { notation: 'compact', maximumFractionDigits: 2 });

  function colours() {
    const style = getComputedStyle(document.documentElement);
    const of = name => style.getPropertyValue(name).trim();
    return { ink: of('--ink'), soft: of('--soft'), line: of('--line'), paper: of('--paper'), series: [0, 1, 2, 3, 4, 5, 6, 7].map(n => of('--c' + n)) };
  }

  // The number at the end of each bar, where a bar has a line of its own.
  const ends = {
    id: 'ends',
    afterDatasetsDraw(chart, _, { colour, text }) {
      if (colour === undefined)
        return;
      const { ctx } = chart;
      ctx.save();
      ctx.fillStyle = colour;
      ctx.font = '12px ' + Chart.defaults.font.family;
      ctx.textBaseline = 'middle';
      chart.getDatasetMeta(0).data.forEach((bar, at) => ctx.fillText(text(chart.data.datasets[0].data[at]), bar.x + 6, bar.y));
      ctx.restore();
    },
  };

  function datasets(spec, look) {
    return spec.series.flatMap((series, n) => {
      const colour = look.series[n % look.series.length];
      if (spec.kind === 'Intervals')
        return [
          { type: 'line', label: series.name, data: series.values.map((value, at) => ({ x: value, y: spec.labels[at] })), showLine: false, pointRadius: 5, pointHoverRadius: 7,
            backgroundColor: look.ink, borderColor: look.ink },
          { label: '95% interval', data: series.low.map((low, at) => low === null ? null : [low, series.high[at]]), backgroundColor: colour, borderColor: colour,
            barThickness: 10, borderRadius: 5, borderSkipped: false },
        ];
      return [{
        label: series.name, data: series.values, backgroundColor: colour, borderColor: colour, borderWidth: spec.kind === 'Lines' ? 2 : 0, borderRadius: spec.isStacked ? 0 : 3,
        maxBarThickness: 34, categoryPercentage: .82, barPercentage: .92, showLine: !series.isDots, pointRadius: series.isDots ? 4 : 0, pointHitRadius: 12, stepped: !series.isDots && 'before',
      }];
    });
  }

  function config(spec, look) {
    const across = spec.kind === 'Bars' || spec.kind === 'Intervals';
    const text = spec.isShare ? percent : plain;
    const isLabelled = spec.kind === 'Bars' && spec.series.length === 1;
    const numbers = {
      grace: isLabelled ? '18%' : 0,
      beginAtZero: spec.kind !== 'Lines', stacked: spec.isStacked === true, grid: { color: look.line }, border: { display: false },
      ticks: { color: look.soft, maxTicksLimit: 7, callback: value => spec.isShare ? percent(value) : short(value) },
      title: { display: spec.unit !== undefined, text: spec.unit, color: look.soft },
    };
    const names = {
      type: 'category', labels: spec.labels, stacked: spec.isStacked === true, grid: { display: false }, border: { color: look.line },
      ticks: { color: look.ink, autoSkip: !across, maxRotation: across ? 0 : 40, callback(value) { const name = this.getLabelForValue(value); return name.length > 24 ? name.slice(0, 23) + '…' : name; } },
    };
    return {
      type: spec.kind === 'Lines' ? 'line' : 'bar',
      data: { labels: spec.labels, datasets: datasets(spec, look) },
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, indexAxis: across ? 'y' : 'x', locale: 'en',
        interaction: { mode: 'index', axis: across ? 'y' : 'x', intersect: false },
        scales: across ? { x: numbers, y: names } : { x: names, y: numbers },
        plugins: {
          ends: isLabelled ? { colour: look.soft, text } : {},
          legend: { display: spec.series.length > 1 || spec.kind === 'Intervals', position: 'bottom', labels: { color: look.ink, boxWidth: 12, boxHeight: 12, usePointStyle: false } },
          tooltip: {
            callbacks: {
              title: items => items.length > 0 ? spec.labels[items[0].dataIndex] : '',
              label: item => {
                const raw = item.raw;
                const value = Array.isArray(raw) ? raw.map(text).join(' to ') : text(typeof raw === 'object' ? raw.x : raw);
                return item.dataset.label + ': ' + value;
              },
            },
          },
        },
      },
    };
  }

  function draw() {
    while (drawn.length > 0)
      drawn.pop().destroy();
    const look = colours();
    for (const canvas of document.querySelectorAll('canvas[data-chart]')) {
      const spec = JSON.parse(canvas.dataset.chart);
      if (spec.kind === 'Bars' || spec.kind === 'Intervals')
        canvas.parentElement.style.height = 70 + spec.labels.length * (spec.isStacked || spec.series.length === 1 ? 34 : 20 * spec.series.length + 14) + 'px';
      drawn.push(new Chart(canvas, config(spec, look)));
    }
  }

  Chart.register(ends);
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  addEventListener('beforeprint', draw);
  addEventListener('afterprint', draw);
  matchMedia('print').addEventListener('change', draw);
})();
