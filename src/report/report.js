'use strict';
// Lets a reader explore the charts of the page: values under the pointer or the arrow keys, options on and off, linear and logarithmic
// scales, and a slider over what was swept. It knows no chart by name: what a chart says of itself is in the data block (src/report/
// explore.rs, src/report/chart/plot.rs). Texts of a scenario become text nodes and nothing else.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const { places, options, texts } = data;
  const UNITS = 10; // of drawing in a pixel of a chart
  const byIndex = new Map(options.map(option => [option.option, option]));
  const state = { at: data.own ?? 0, off: new Set() };
  const id = name => document.getElementById(name);

  // ---- Words and numbers

  const grouped = (value, digits) => value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: digits });
  const number = value => {
    if (value === null || value === undefined || !Number.isFinite(value)) return '–';
    const size = Math.abs(value);
    return size >= 100 ? grouped(value, 0) : size >= 1e-4 || size === 0 ? grouped(Number(value.toPrecision(3)), 6) : value.toExponential(0);
  };
  // As close to 100 % as it takes to be told from it.
  const percent = value => {
    if (value === null || value === undefined) return '–';
    const distance = Math.min(Math.abs(value), Math.abs(1 - value)) * 100;
    const digits = distance === 0 ? 0 : Math.min(6, Math.max(0, Math.ceil(-Math.log10(distance)) + 1));
    return `${grouped(value * 100, digits)} %`;
  };
  const WRITE = { latency: value => (value >= 1000 ? `${number(value / 1000)} s` : `${number(value)} ms`), percent, number };
  const write = axis => WRITE[axis?.unit] ?? number;
  const interval = (low, high, words) => (low === null || low === undefined || high === null || high === undefined ? '' : `${words(low)} – ${words(high)}`);
  const counted = value => (data.axis === 'services' ? `${number(value)} ${value === 1 ? 'service' : 'services'}` : `${data.axis} ${number(value)}`);

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const drawn = (tag, attributes, text) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const badge = option => element('span', { class: `badge o${(option.option % 8) + 1}` }, option.number || '·');
  const colour = option => `var(--gc-series-${(option % 8) + 1})`;
  const say = text => { id('said').textContent = text; };

  // Browsers report a pointer that rests when the page moves below it; that is nobody pointing.
  let [resting, lately] = [false, ''];
  addEventListener('pointermove', event => {
    const here = `${event.clientX} ${event.clientY}`;
    [resting, lately] = [here === lately, here];
  }, { capture: true });

  // ---- Axes: values to drawing units

  const LENGTH = { linear: v => v, log: v => Math.log10(Math.max(v, 1e-12)), nines: v => -Math.log10(Math.max(1 - v, 1e-12)) };
  const place = (axis, value) => {
    const length = LENGTH[axis.scale];
    const [low, high] = [length(axis.low), length(axis.high)];
    const share = (length(Math.min(Math.max(value, axis.low), axis.high)) - low) / (high - low);
    return UNITS * (axis.from + share * (axis.to - axis.from));
  };
  const holds = (axis, value) => value >= axis.low && value <= axis.high;

  // Values with a label or (minor ones of a logarithmic axis) without.
  const ticks = axis => {
    if (axis.scale === 'nines') return [0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999].filter(value => holds(axis, value)).map(value => ({ value, label: percent(value) }));
    if (axis.scale === 'log' && axis.high / axis.low >= 3) {
      const [first, last] = [Math.floor(Math.log10(axis.low)), Math.ceil(Math.log10(axis.high))];
      const all = [];
      for (let decade = first; decade <= last; decade += 1) for (let m = 1; m < 10; m += 1) all.push([Number(`${m}e${decade}`), m]);
      const inside = all.filter(([value]) => holds(axis, value));
      const named = [[1, 2, 5], [1, 3], [1]].find(set => inside.filter(([, m]) => set.includes(m)).length <= 9) ?? [1];
      return inside.map(([value, m]) => ({ value, label: named.includes(m) ? write(axis)(value) : null }));
    }
    const rough = (axis.high - axis.low) / 7;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map(m => m * power).find(s => s >= rough * 0.999);
    const all = [];
    for (let i = Math.ceil(axis.low / step); i * step <= axis.high * (1 + 1e-9); i += 1) all.push({ value: i * step, label: write(axis)(Number((i * step).toPrecision(12))) });
    return all;
  };

  // ---- Charts

  // The points of a curve, with intervals where there are any; columns by name come from the table of points.
  const resolve = series => {
    const table = byIndex.get(series.option);
    const column = name => (name === 'places' ? [places] : table?.[name]) ?? [[]];
    const [xs] = typeof series.x === 'string' ? column(series.x) : [series.x];
    const [ys, low, high] = typeof series.y === 'string' ? column(series.y) : [series.y, series.low, series.high];
    const points = xs.map((x, i) => ({ x, y: ys[i] ?? null, low: low?.[i] ?? null, high: high?.[i] ?? null, i }));
    const name = series.name || (table ? `${table.number} ${table.title}`.trim() : '');
    const followed = typeof series.y === 'string' || typeof series.x === 'string';
    const dashed = table?.[series.dashed] ?? [];
    points.forEach(point => { point.dashed = dashed[point.i] ?? false; });
    return { option: series.option, name, followed, points: points.filter(point => point.x !== null && point.x !== undefined) };
  };

  class Chart {
    constructor(figure, plot) {
      this.plot = plot;
      this.svg = figure.querySelector('svg');
      this.series = this.still = (plot.series ?? []).map(series => ({ ...resolve(series), written: plot.follow?.curves?.find(curve => curve.option === series.option)?.written }));
      this.places = this.printed = (plot.spots ?? []).map(([left, top, width, height, option, services, text]) => {
        const of = [option === null ? '' : `option ${option + 1}`, services === null ? '' : counted(services)].filter(Boolean).join(', ');
        return { at: [left, top, width, height], option, services, text: of ? `${of}: ${text}` : text };
      });
      this.scales = { x: plot.x?.scale, y: plot.y?.scale };
      this.spot = null; // index of the focused spot or abscissa
      this.only = null; // index of the one series that the keyboard stays with
      const title = figure.querySelector('h3')?.textContent ?? '';
      this.box = element('div', { class: 'plot', tabindex: '0', role: 'application', 'aria-label': `${title}: explore with arrow keys, leave with Escape`, 'aria-roledescription': 'chart' });
      this.svg.replaceWith(this.box);
      this.box.append(this.svg);
      this.drawn = drawn('g', { class: 'drawn' });
      this.layer = drawn('g', { class: 'layer' });
      this.marker = drawn('g', { class: 'layer' });
      this.svg.append(this.drawn, this.marker, this.layer);
      if (this.series.length) this.offerScales(figure);
      this.box.addEventListener('pointermove', event => this.point(event));
      this.box.addEventListener('pointerdown', event => this.point(event));
      // What the keyboard shows stays when the page scrolls away under a resting pointer.
      this.box.addEventListener('pointerleave', () => this.pointed && this.leave());
      this.box.addEventListener('blur', () => this.leave());
      this.box.addEventListener('keydown', event => this.key(event));
    }

    // A switch for each axis that can be linear as well as logarithmic.
    offerScales(figure) {
      const row = element('div', { class: 'scales', role: 'group', 'aria-label': 'Scales' });
      for (const [name, words] of [['x', 'across'], ['y', 'up']]) {
        if (!['linear', 'log'].includes(this.plot[name]?.scale)) continue;
        const button = element('button', { type: 'button', 'data-axis': name }, `log ${words}`);
        button.addEventListener('click', () => {
          this.scales[name] = this.scales[name] === 'log' ? 'linear' : 'log';
          this.update();
          say(`${words}: ${this.scales[name] === 'log' ? 'logarithmic' : 'linear'} scale`);
        });
        row.append(button);
      }
      if (row.children.length) this.box.after(row);
      this.buttons = [...row.children];
    }

    // What gives way when the slider is at another place than the one that the chart was drawn at.
    get moved() { return places.length > 1 && state.at !== data.own ? this.plot.follow : undefined; }

    visible() { return this.series.filter(series => !state.off.has(series.option)); }

    // The axis of a name on the scale that is chosen; other scales than the printed one reach over all that is shown.
    axis(name) {
      const own = this.plot[name];
      const scale = this.scales[name];
      if (!own || (scale === own.scale && (!this.moved || name !== 'y'))) return own;
      const of = name === 'x' ? point => [point.x] : point => (point.y === null ? [] : [point.y, point.low, point.high]);
      const values = this.series.flatMap(series => series.points.flatMap(of)).filter(value => value !== null);
      for (const line of this.plot.lines ?? []) if (line.axis === name && line.kind !== 'stop') values.push(line.at);
      const positive = values.filter(value => value > 0);
      const [least, most] = [Math.min(...positive), Math.max(...values)];
      if (!positive.length) return own;
      // As printed, so that places can be compared, unless it takes more.
      if (scale === own.scale) return { ...own, low: Math.min(own.low, least / 1.1), high: Math.max(own.high, most * 1.1) };
      const [low, high] = scale === 'log' ? [least / 1.1, most * 1.1] : [0, most * 1.05];
      return { ...own, scale, low, high: high > low ? high : low + 1 };
    }

    get x() { return this.axis('x'); }
    get y() { return this.axis('y'); }

    // Brings the picture in line with the switches and the slider.
    update() {
      const moved = this.moved;
      this.series = moved?.curves ? moved.curves.map(curve => this.there(curve)) : this.still;
      const anew = moved !== undefined || this.series.length > 0 && ['x', 'y'].some(name => this.plot[name] && this.scales[name] !== this.plot[name].scale);
      for (const part of this.svg.querySelectorAll('[data-part="plot"]')) part.classList.toggle('redrawn', anew);
      for (const part of this.svg.querySelectorAll('[data-option]')) part.classList.toggle('off', state.off.has(Number(part.dataset.option)));
      for (const button of this.buttons ?? []) button.setAttribute('aria-pressed', String(this.scales[button.dataset.axis] === 'log'));
      this.drawn.replaceChildren();
      if (anew && this.still.length) this.draw();
      if (this.plot.follow?.bars) this.places = moved ? this.stack(moved.bars) : this.printed;
      this.rename(moved);
      this.mark();
      this.show();
    }

    // A curve at the slider's place.
    there({ option, y, written }) {
      const points = this.plot.follow.x.map((x, i) => ({ x, y: y[state.at][i] ?? null, low: null, high: null, i: null }));
      return { ...this.still.find(series => series.option === option), written, points: points.filter(point => point.x <= this.plot.x.high) };
    }

    // The words of the picture that name a place.
    rename(moved) {
      const place = this.plot.follow?.place;
      if (!place) return;
      const words = data.axis === 'services' ? `, at ${counted(places[state.at])}` : `${place}, ${counted(places[state.at])}`;
      for (const text of this.svg.querySelectorAll(':scope > text')) {
        if (!text.textContent.includes(place)) continue;
        text.classList.remove('redrawn');
        if (!moved) continue;
        const anew = text.cloneNode();
        text.classList.add('redrawn');
        anew.textContent = text.textContent.replace(place, words);
        this.drawn.append(anew);
      }
      this.box.setAttribute('aria-description', moved ? words.slice(2) : place.slice(2));
    }

    // Bars at the slider's place; returns them as places with words.
    stack(bars) {
      const shown = bars.filter(bar => !state.off.has(bar.option));
      const at = (segment, end) => segment.mean[end][state.at] ?? null;
      const sums = shown.map(bar => bar.segments.reduce((sum, segment) => sum + (at(segment, 0) ?? 0), 0));
      const x = { ...this.plot.x, high: Math.max(this.plot.x.high, ...sums) };
      const [top, bottom] = [bars[0].top - 17, bars.at(-1).top + bars.at(-1).height + 9].map(v => v * UNITS);
      for (const tick of ticks(x)) {
        this.line(this.drawn, place(x, tick.value), top, place(x, tick.value), bottom, 'var(--gc-faint)', 10);
        this.text(this.drawn, Math.max(place(x, tick.value), 45), bottom + 80, tick.label, 'middle');
      }
      return shown.flatMap((bar, row) => {
        let sum = 0;
        const [y, middle] = [bar.top * UNITS, (bar.top + bar.height / 2) * UNITS];
        const spots = bar.segments.filter(segment => at(segment, 0) !== null).map(segment => {
          const from = place(x, sum);
          const width = place(x, sum += at(segment, 0)) - from;
          const words = number(at(segment, 0));
          this.drawn.append(drawn('rect', { x: from, y, width: Math.max(width - 10, width * 0.7), height: bar.height * UNITS, fill: segment.fill }));
          if (66 * words.length + 80 < width) this.text(this.drawn, from + width / 2, middle, words, 'middle', segment.ink);
          const around = interval(at(segment, 1), at(segment, 2), WRITE.latency);
          const text = `option ${bar.option + 1}: ${segment.name}: ${WRITE.latency(at(segment, 0))}${around && ` (${around})`}`;
          return { at: [from / UNITS, bar.top, width / UNITS, bar.height], option: bar.option, services: null, text };
        });
        this.text(this.drawn, place(x, sum) + (sums[row] ? 70 : 0), middle, sums[row] ? WRITE.latency(sum) : 'no steady state', 'start', 'var(--gc-ink)', 600);
        return spots;
      });
    }

    line(parent, x1, y1, x2, y2, stroke, width, dash) {
      parent.append(drawn('line', { x1, y1, x2, y2, stroke, 'stroke-width': width, ...(dash && { 'stroke-dasharray': dash }) }));
    }

    text(parent, x, y, words, anchor, fill = 'var(--gc-muted)', weight = 400) {
      parent.append(drawn('text', { x, y, dy: '0.36em', 'text-anchor': anchor, 'font-size': 110, 'font-weight': weight, fill }, words));
    }

    // The inside of the plot on other scales than it was printed on.
    draw() {
      const { x, y, drawn: to } = this;
      const [left, right, bottom, top] = [x.from, x.to, y.from, y.to].map(v => v * UNITS);
      let free = -Infinity;
      for (const tick of ticks(x)) {
        const at = place(x, tick.value);
        this.line(to, at, top, at, bottom, tick.label ? 'var(--gc-grid)' : 'var(--gc-faint)', 8);
        if (!tick.label || at - 32 * tick.label.length < free) continue;
        free = at + 32 * tick.label.length + 60;
        this.text(to, at, bottom + 120, tick.label, 'middle');
      }
      for (const tick of ticks(y)) {
        const at = place(y, tick.value);
        this.line(to, left, at, right, at, tick.label ? 'var(--gc-grid)' : 'var(--gc-faint)', 8);
        if (tick.label) this.text(to, left - 70, at, tick.label, 'end');
      }
      this.line(to, left, bottom, right, bottom, 'var(--gc-muted)', 10);
      this.text(to, right, bottom + 280, x.words, 'end');
      for (const series of this.visible()) this.band(series);
      this.references(top, bottom, left, right);
      for (const series of this.visible()) this.curve(series);
      this.ends();
      const values = this.visible().flatMap(series => (series.written ?? []).map(([q, x, y]) => [x * UNITS, y * UNITS, this.at(series, q)?.y ?? null]));
      for (const [x, y, value] of values) this.text(to, x, y, value === null ? '–' : write(this.plot.y)(value), 'end', 'var(--gc-ink)');
      if (values.length && values.every(([, , value]) => value === null)) this.text(to, (left + right) / 2, (top + bottom) / 2, 'no steady state here', 'middle');
    }

    references(top, bottom, left, right) {
      const lanes = [-Infinity, -Infinity, -Infinity];
      const lines = [...(this.plot.lines ?? [])].sort((a, b) => a.at - b.at);
      for (const { axis, at, text, kind } of lines) {
        const along = axis === 'x' ? this.x : this.y;
        if (!holds(along, at)) continue;
        const [stroke, width, dash] = { limit: ['var(--gc-limit)', 15, '55 35'], own: ['var(--gc-ink)', 16], stop: ['var(--gc-muted)', 11, '15 30'] }[kind] ?? ['var(--gc-muted)', 11];
        const where = place(along, at);
        if (axis === 'y') {
          this.line(this.drawn, left, where, right, where, stroke, width, dash);
          this.text(this.drawn, left + 60, where - 100, text, 'start', stroke, 600);
          continue;
        }
        this.line(this.drawn, where, top - 60, where, bottom, stroke, width, dash);
        const words = `${number(at)} ${text}`;
        const half = 33 * words.length;
        const lane = lanes.findIndex(taken => where - half > taken + 50);
        if (lane < 0) continue;
        lanes[lane] = where + half;
        this.text(this.drawn, where, top - 130 - 120 * lane, words, 'middle', stroke, kind === 'own' ? 600 : 400);
      }
    }

    band(series) {
      let run = [];
      const close = () => {
        const upper = run.map(p => `${place(this.x, p.x)},${place(this.y, p.high)}`);
        const lower = run.map(p => `${place(this.x, p.x)},${place(this.y, p.low)}`).reverse();
        if (run.length > 1) this.drawn.append(drawn('polygon', { points: [...upper, ...lower].join(' '), fill: colour(series.option), opacity: 0.18 }));
        run = [];
      };
      for (const point of series.points) point.low === null || point.high === null ? close() : run.push(point);
      close();
    }

    curve(series) {
      let run = [];
      const close = () => {
        const at = run.map(p => `${place(this.x, p.x)},${place(this.y, p.y)}`);
        const dash = run.at(-1)?.dashed ? { 'stroke-dasharray': '55 35' } : {};
        if (run.length > 1) this.drawn.append(drawn('polyline', { points: at.join(' '), fill: 'none', stroke: colour(series.option), 'stroke-width': 20, ...dash }));
        else if (run.length) this.dot(this.drawn, series.option, run[0]);
        run = [];
      };
      for (const point of series.points) {
        const last = run.at(-1);
        if (last && (point.y === null || (run.length > 1 && point.dashed !== last.dashed))) {
          close();
          if (point.y !== null) run.push({ ...last, dashed: point.dashed });
        }
        if (point.y !== null) run.push(point);
      }
      close();
    }

    // The options' numbers at the ends of their curves, pushed apart.
    ends() {
      const lasts = this.visible().map(series => [series.option, series.points.findLast(point => point.y !== null)]).filter(([, last]) => last);
      const labels = lasts.map(([option, last]) => ({ option, x: place(this.x, last.x) + 70, y: place(this.y, last.y) })).sort((a, b) => a.y - b.y);
      let free = -Infinity;
      for (const label of labels) {
        label.y = Math.max(label.y, free);
        free = label.y + 120;
        this.text(this.drawn, label.x, label.y, byIndex.get(label.option)?.number ?? '', 'start', colour(label.option), 600);
      }
    }

    dot(parent, option, point, r = 30) {
      parent.append(drawn('circle', { cx: place(this.x, point.x), cy: place(this.y, point.y), r, fill: colour(option), stroke: 'var(--gc-page)', 'stroke-width': 8 }));
    }

    // Where the slider is: a line, a dot on each curve that follows it, a frame around each place that belongs to it.
    mark() {
      const to = this.marker;
      to.replaceChildren();
      const value = places[state.at];
      if (places.length < 2 || value === undefined) return;
      const { x, y } = this;
      if (x?.slider && holds(x, value)) {
        const at = place(x, value);
        const box = this.svg.viewBox.baseVal;
        const [top, bottom] = y ? [y.to * UNITS, y.from * UNITS] : [560, box.height - 560];
        const slid = drawn('g', { class: 'marker', transform: `translate(${at} 0)` });
        slid.style.transform = `translate(${at}px, 0)`;
        this.line(slid, 0, top, 0, bottom, 'var(--gc-own)', 18, '30 20');
        to.append(slid);
      }
      for (const series of this.visible().filter(one => one.followed)) {
        const point = series.points.find(one => one.i === state.at);
        if (point && point.y !== null) this.dot(to, series.option, point, 34);
      }
      for (const spot of this.spots()) {
        if (spot.services !== value) continue;
        const [left, top, width, height] = spot.at.map(v => v * UNITS);
        to.append(drawn('rect', { x: left, y: top, width: Math.max(width - 10, 1), height: Math.max(height - 10, 1), fill: 'none', stroke: 'var(--gc-own)', 'stroke-width': 14, 'stroke-dasharray': '30 20' }));
      }
    }

    spots() { return this.places.filter(spot => !state.off.has(spot.option)); }

    // The places along the axis at which the keyboard stops.
    stops() {
      const shown = this.visible();
      const all = this.plot.between ? (shown[0]?.points ?? []) : shown.flatMap(series => series.points);
      return [...new Set(all.filter(point => point.y !== null).map(point => point.x))].sort((a, b) => a - b);
    }

    at(series, x) {
      const exact = series.points.find(point => point.x === x);
      if (exact || !this.plot.between) return exact && exact.y !== null ? { ...exact, ...this.around(series, x) } : null;
      const after = series.points.findIndex(point => point.x > x);
      if (after < 1) return null;
      const [a, b] = [series.points[after - 1], series.points[after]];
      return { x, y: a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x), low: null, high: null };
    }

    // The interval of a value that is in the table of points too.
    around(series, x) {
      const [, name] = (this.plot.follow?.known ?? []).find(([at]) => at === x) ?? [];
      const [, low, high] = byIndex.get(series.option)?.[name] ?? [];
      return low ? { low: low[state.at], high: high[state.at] } : {};
    }

    // What is said at a stop: a heading and a line for each curve.
    words(x) {
      const shown = this.visible().filter((series, index) => this.only === null || index === this.only);
      const values = shown.map(series => [series, this.at(series, x)]);
      const head = this.plot.x.slider ? counted(x) : `${write(this.plot.x)(x)}, ${this.plot.x.words}`;
      const words = write(this.plot.y);
      const lines = values.map(([series, point]) => {
        if (!point) return this.plot.between ? null : `${series.name}: –`;
        const around = interval(point.low, point.high, words);
        return `${series.name}: ${words(point.y)}${around && ` (${around})`}`;
      });
      return [head, ...lines.filter(line => line !== null)];
    }

    // Draws what is pointed at and returns what it says; nothing where nothing is.
    show() {
      this.layer.replaceChildren();
      if (this.spot === null) return null;
      if (this.series.length) {
        const x = this.stops()[this.spot];
        if (x === undefined) return null;
        const at = place(this.x, x);
        this.line(this.layer, at, this.y.to * UNITS, at, this.y.from * UNITS, 'var(--gc-ink)', 8, '20 20');
        const shown = this.visible();
        shown.forEach((series, index) => {
          const point = this.at(series, x);
          if (point && (this.only === null || this.only === index)) this.dot(this.layer, series.option, point, 40);
        });
        return this.words(x);
      }
      const spot = this.spots()[this.spot];
      if (!spot) return null;
      const [x, y, width, height] = spot.at.map(v => v * UNITS);
      this.layer.append(drawn('rect', { x, y, width, height, fill: 'none', stroke: 'var(--gc-ink)', 'stroke-width': 16 }));
      return [spot.text];
    }

    // Where the focused place is in the window.
    where() {
      const box = this.svg.getBoundingClientRect();
      const view = this.svg.viewBox.baseVal;
      const spot = this.series.length ? null : this.spots()[this.spot];
      const [x, y] = spot ? [spot.at[0] + spot.at[2], spot.at[1]].map(v => v * UNITS) : [place(this.x, this.stops()[this.spot]), this.y.to * UNITS];
      return [box.left + (x / view.width) * box.width, box.top + (y / view.height) * box.height];
    }

    point(event) {
      if (resting && event.type === 'pointermove') return;
      this.pointed = true;
      const box = this.svg.getBoundingClientRect();
      const view = this.svg.viewBox.baseVal;
      const [x, y] = [((event.clientX - box.left) / box.width) * view.width, ((event.clientY - box.top) / box.height) * view.height];
      this.spot = this.series.length ? this.nearest(x, y) : this.under(x, y);
      this.only = null;
      tip.show(this.show(), event.clientX, event.clientY);
    }

    nearest(x, y) {
      const [along, up] = [this.x, this.y];
      const slack = 12 * UNITS;
      if (x < along.from * UNITS - slack || x > along.to * UNITS + slack || y < up.to * UNITS - slack || y > up.from * UNITS + slack) return null;
      const distances = this.stops().map(stop => Math.abs(place(along, stop) - x));
      return distances.length ? distances.indexOf(Math.min(...distances)) : null;
    }

    under(x, y) {
      const slack = 3 * UNITS;
      const hit = this.spots().findIndex(({ at: [left, top, width, height] }) =>
        x >= left * UNITS - slack && x <= (left + width) * UNITS + slack && y >= top * UNITS - slack && y <= (top + height) * UNITS + slack);
      return hit < 0 ? null : hit;
    }

    leave() {
      this.spot = null;
      this.only = null;
      this.show();
      tip.hide();
    }

    key(event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const last = (this.series.length ? this.stops() : this.spots()).length - 1;
      const here = this.spot ?? (event.key === 'ArrowLeft' ? last + 1 : -1);
      const moves = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last };
      if (event.key === 'Escape') {
        if (this.spot === null) return;
        this.leave();
        say('');
      } else if (event.key in moves && last >= 0) {
        this.spot = Math.min(Math.max(moves[event.key], 0), last);
        this.announce();
      } else if (['ArrowUp', 'ArrowDown'].includes(event.key) && this.series.length && this.spot !== null) {
        // From all curves to one after the other and back to all.
        const ring = this.visible().length + 1;
        const now = this.only === null ? 0 : this.only + 1;
        const next = (now + (event.key === 'ArrowDown' ? 1 : ring - 1)) % ring;
        this.only = next === 0 ? null : next - 1;
        this.announce();
      } else return;
      event.preventDefault();
    }

    announce() {
      const words = this.show();
      if (!words) return;
      this.pointed = false;
      tip.show(words, ...this.where());
      say(words.join('; '));
    }
  }

  // ---- What is shown beside the pointer

  const tip = {
    box: document.body.appendChild(element('div', { class: 'tip', role: 'tooltip', hidden: '' })),
    show(words, x, y) {
      if (!words) return this.hide();
      this.box.replaceChildren(...words.map((line, index) => element('p', {}, index === 0 && words.length > 1 ? element('b', {}, line) : line)));
      this.box.hidden = false;
      const { width, height } = this.box.getBoundingClientRect();
      const beside = x + 16 + width > innerWidth ? x - 16 - width : x + 16;
      this.box.style.left = `${Math.max(4, beside)}px`;
      this.box.style.top = `${Math.max(4, Math.min(y + 12, innerHeight - height - 4))}px`;
      return undefined;
    },
    hide() { this.box.hidden = true; },
  };

  // ---- The panel of numbers

  const cell = (main, small, attributes = {}) => element('td', attributes, element('b', {}, main), ...(small ? [element('small', {}, small)] : []));
  const SIGNS = { met: '✓', raise: '↑', open: '~', missed: '✕' };
  const row = option => {
    const at = column => column?.[state.at] ?? null;
    const estimate = ([value, low, high], words) => cell(words(at(value)), interval(at(low), at(high), words), { class: 'n' });
    const load = at(option.load);
    const [expected, low, high] = option.month.map(at);
    const range = low === high || low === null ? '' : `${grouped(low, 0)} – ${grouped(high, 0)}`;
    const [kind, sentence] = at(option.verdict) ?? [];
    const quota = at(option.quota);
    const verdict = kind === undefined ? [element('span', { class: 'muted' }, '–')] : [element('span', { class: `mark ${kind}`, 'aria-hidden': 'true' }, SIGNS[kind]), texts[sentence]];
    const made = element('tr', { 'data-option': option.option },
      element('th', { scope: 'row' }, element('div', { class: 'who' }, badge(option), element('bdi', {}, option.title))),
      estimate(option.p50, number), estimate(option.p99, number), estimate(option.ok, percent),
      element('td', { class: load !== null && load >= 1 ? 'n missed' : 'n' }, percent(load)),
      element('td', {}, quota === null ? '–' : texts[quota]),
      cell(expected === null ? '–' : `$${grouped(expected, 0)}`, expected !== null && option.least ? 'or more' : range, { class: 'n' }),
      element('td', {}, ...verdict));
    made.classList.toggle('off', state.off.has(option.option));
    return made;
  };

  // ---- Everything together

  const charts = [];
  for (const figure of document.querySelectorAll('figure[data-chart]')) {
    const plot = data.charts[figure.dataset.chart];
    if (!plot || !figure.querySelector('svg') || !(plot.x || plot.spots)) continue;
    charts.push(new Chart(figure, plot));
  }

  const update = () => {
    if (places.length > 1) {
      const words = counted(places[state.at]);
      id('slide').value = String(state.at);
      id('slide').setAttribute('aria-valuetext', words);
      id('slid').textContent = words;
      id('numbers').replaceChildren(...options.map(row));
    }
    for (const button of id('shown').children) button.setAttribute('aria-pressed', String(!state.off.has(Number(button.dataset.option))));
    for (const chart of charts) chart.update();
  };

  for (const option of options.length > 1 ? options : []) {
    const button = element('button', { type: 'button', 'data-option': option.option, 'aria-label': `Option ${option.number}: ${option.title}`, title: option.title }, badge(option));
    button.addEventListener('click', () => {
      if (!state.off.delete(option.option)) state.off.add(option.option);
      update();
    });
    id('shown').append(button);
  }
  id('slide').addEventListener('input', () => {
    state.at = Number(id('slide').value);
    update();
  });
  id('back').addEventListener('click', () => {
    state.at = data.own ?? 0;
    state.off.clear();
    for (const chart of charts) chart.scales = { x: chart.plot.x?.scale, y: chart.plot.y?.scale };
    update();
    say('reset');
  });
  id('slide').max = String(Math.max(places.length - 1, 0));
  if (data.axis !== 'services') {
    document.querySelector('label[for="slide"]').textContent = data.axis;
    id('explored').textContent = `At any ${data.axis}`;
  }
  id('controls').hidden = places.length < 2 && options.length < 2;
  document.querySelector('.slide').hidden = id('explore').hidden = places.length < 2;
  update();
})();
