// Draws a <script type="application/json" data-chart> in place of the picture that the server drew. Functions
// cannot stand in JSON, so the option names its formatter and this file knows what the name means.
import * as echarts from 'echarts/core'
import { CustomChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { SVGRenderer } from 'echarts/renderers'

echarts.use([CustomChart, LineChart, AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer])

// The limits of one stretch of a series: a shaded field, or a bar where a figure stands alone.
function band (stretch, colour) {
  return {
    type: 'custom',
    name: '',
    silent: true,
    z: 1,
    tooltip: { show: false },
    encode: { x: 0, y: [1, 2] },
    data: [stretch.flat()],
    renderItem: (_, api) => {
      const upper = stretch.map(v => api.coord([v[0], v[2]]))
      const lower = stretch.map(v => api.coord([v[0], v[1]])).reverse()
      if (stretch.length === 1) return { type: 'line', shape: { x1: upper[0][0], y1: upper[0][1], x2: lower[0][0], y2: lower[0][1] }, style: { stroke: colour, lineWidth: 2, opacity: 0.45 } }
      return { type: 'polygon', shape: { points: [...upper, ...lower] }, style: { fill: colour, opacity: 0.14 } }
    }
  }
}

// Breaks are pale bands with a word, events thin lines with their mark, the marks in rows so that none lies over another.
function mark (marks, option, colour) {
  if (!marks.length || !option.series.length) return
  const text = { rotate: 0, fontSize: 12, color: colour('--ink-2') }
  const events = marks.filter(m => m.to === undefined)
  const breaks = marks.filter(m => m.to !== undefined)
  if (events.length > 1) option.grid[0].top = Number(option.grid[0].top) + 14 * Math.min(events.length, 4)
  option.series[0].markLine = {
    silent: true,
    symbol: 'none',
    data: events.map((m, i) => ({ xAxis: m.x, lineStyle: { type: 'dashed', color: colour('--ink-3') }, label: { ...text, formatter: m.label, position: 'end', distance: [0, 2 + 14 * (i % 4)] } }))
  }
  option.series[0].markArea = {
    silent: true,
    itemStyle: { color: colour('--warn-wash') },
    label: { ...text, color: colour('--warn'), position: 'insideBottom' },
    data: breaks.map(m => [{ name: m.label, xAxis: m.x }, { xAxis: m.to }])
  }
}

export function draw (script) {
  const spec = JSON.parse(script.textContent)
  const figure = script.closest('figure')
  const host = figure && figure.querySelector('[data-chart-host]')
  if (!host) return
  const lang = document.documentElement.lang
  const number = v => v.toLocaleString(lang, { maximumFractionDigits: spec.decimals })
  const style = getComputedStyle(document.documentElement)
  const colour = name => style.getPropertyValue(name).trim()
  const option = spec.option
  option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily, color: colour('--ink-2') }
  option.color = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5', '--series-6'].map(colour)
  option.animation = false
  option.tooltip = {
    trigger: 'axis',
    renderMode: 'richText',
    confine: true,
    formatter: items => items.filter(i => i.seriesName && i.value[1] !== null && i.value[1] !== undefined)
      .map(i => `${i.seriesName}, ${i.value[2]}: ${number(i.value[1])}`).join('\n')
  }
  for (const axis of [].concat(option.xAxis)) axis.axisLabel = { ...axis.axisLabel, formatter: v => String(Math.round(v)), fontSize: 12, color: colour('--ink-2') }
  for (const axis of [].concat(option.yAxis)) {
    axis.axisLabel = { ...axis.axisLabel, formatter: number, fontSize: 12, color: colour('--ink-2') }
    axis.splitLine = { lineStyle: { color: colour('--line') } }
  }
  const bands = (spec.bands || []).flatMap((stretches, i) => stretches.map(stretch => band(stretch, option.color[i % option.color.length])))
  option.series.forEach((s, i) => { s.color = option.color[i % option.color.length] }) // by place among the lines, whatever stands before them
  for (const s of option.series) s.endLabel = { show: option.series.length > 1, formatter: '{a}', fontSize: 12, color: 'inherit' }
  const picture = host.firstElementChild
  const live = document.createElement('div')
  live.className = 'live-chart'
  live.setAttribute('aria-hidden', 'true') // the caption and the table say the same
  host.append(live)
  const chart = echarts.init(live, null, { renderer: 'svg' })
  const levels = (spec.levels || []).map(v => ({ type: 'line', name: '', silent: true, symbol: 'none', data: [[v.from, v.y], [v.to, v.y]], lineStyle: { width: 1, type: v.limit ? 'dashed' : 'solid', color: colour('--ink-3') } }))
  const wide = host.clientWidth > 560
  const names = option.series.map(s => s.name)
  if (names.length > 1 && !wide) { // no room for names beside the lines
    option.legend = { data: names, left: 0, top: 0, orient: 'vertical', itemHeight: 8, itemGap: 4, textStyle: { fontSize: 12, color: colour('--ink-2') } }
    option.grid[0].top = 16 * names.length + 12
    option.grid[0].right = 16
    for (const s of option.series) s.endLabel = { show: false }
  }
  mark(spec.marks || [], option, colour)
  option.series = [...bands, ...levels, ...option.series]
  chart.setOption(option)
  if (picture) picture.hidden = true
  new ResizeObserver(() => chart.resize()).observe(host)
}

