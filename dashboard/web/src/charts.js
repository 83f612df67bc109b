// Draws a <script type="application/json" data-chart> in place of the picture that the server drew. Functions
// cannot stand in JSON, so the option names its formatter and this file knows what the name means.
import * as echarts from 'echarts/core'
import { CustomChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'

echarts.use([CustomChart, LineChart, AriaComponent, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, LabelLayout, SVGRenderer])

// How wide the names beside the lines are, in pixels.
const besideLines = 150

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

// The years that are named below the axis, each in its middle, where a figure of the year stands.
function years (axis, width) {
  const step = [1, 2, 5, 10, 20, 50].find(n => (axis.max - axis.min) / n <= width / 60) || 100
  const out = []
  for (let y = Math.ceil(axis.min / step) * step; y < axis.max; y += step) out.push(y + 0.5)
  return out
}

// Breaks are pale bands with a word, events thin lines with their mark, each in the lowest row where it meets no other.
function mark (marks, option, colour, width) {
  if (!marks.length || !option.series.length) return
  const text = { rotate: 0, fontSize: 12, color: colour('--ink-2') }
  const events = marks.filter(m => m.to === undefined)
  const breaks = marks.filter(m => m.to !== undefined)
  const axis = [].concat(option.xAxis)[0]
  const at = m => (m.x - axis.min) / (axis.max - axis.min) * width
  const last = [] // where each row ends
  const rows = [...events].sort((a, b) => a.x - b.x).map(m => {
    let row = last.findIndex(x => at(m) - x > 20)
    if (row < 0) row = last.length
    last[row] = at(m) + 7 * (m.label.length - 1)
    return [m, row]
  })
  option.grid[0].top = Number(option.grid[0].top) + 14 * Math.max(last.length - 1, 0)
  option.series[0].markLine = {
    silent: true,
    symbol: 'none',
    data: rows.map(([m, row]) => ({ xAxis: m.x, lineStyle: { type: 'dashed', color: colour('--ink-3') }, label: { ...text, formatter: m.label, position: 'end', distance: [0, 5 + 14 * row] } }))
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
  for (const axis of [].concat(option.xAxis)) {
    const named = years(axis, host.clientWidth)
    axis.axisTick = { ...axis.axisTick, customValues: named }
    axis.axisLabel = { ...axis.axisLabel, customValues: named, formatter: v => String(Math.floor(v)), fontSize: 12, color: colour('--ink-2') }
  }
  for (const axis of [].concat(option.yAxis)) {
    axis.axisLabel = { ...axis.axisLabel, formatter: number, fontSize: 12, color: colour('--ink-2') }
    axis.splitLine = { lineStyle: { color: colour('--line') } }
  }
  const bands = (spec.bands || []).flatMap((stretches, i) => stretches.map(stretch => band(stretch, option.color[i % option.color.length])))
  option.series.forEach((s, i) => { s.color = option.color[i % option.color.length] }) // by place among the lines, whatever stands before them
  for (const s of option.series) {
    s.endLabel = { show: option.series.length > 1, formatter: '{a}', fontSize: 12, lineHeight: 14, color: 'inherit', width: besideLines - 12, overflow: 'break' }
    s.labelLayout = { moveOverlap: 'shiftY' }
  }
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
    for (const s of option.series) s.endLabel = { show: false }
  }
  if (names.length > 1 && wide) option.grid[0].right = besideLines
  mark(spec.marks || [], option, colour, host.clientWidth - option.grid[0].right - 60)
  option.series = [...bands, ...levels, ...option.series]
  chart.setOption(option)
  if (picture) picture.hidden = true
  new ResizeObserver(() => chart.resize()).observe(host)
}

