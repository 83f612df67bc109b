// Draws a <script type="application/json" data-chart> in place of the picture that the server drew. Functions
// cannot stand in JSON, so the option names its formatter and this file knows what the name means.
import * as echarts from 'echarts/core'
import { CustomChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { SVGRenderer } from 'echarts/renderers'

echarts.use([CustomChart, LineChart, AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer])

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
  if (spec.marks && spec.marks.length && option.series.length) {
    option.series[0].markLine = {
      silent: true,
      symbol: 'none',
      label: { position: 'insideEndTop', rotate: 0, fontSize: 12, color: colour('--ink-2') },
      data: spec.marks.map(m => ({ xAxis: m.x, lineStyle: { type: 'dashed', color: colour(m.break ? '--warn' : '--ink-3') }, label: { formatter: m.break ? '' : m.label, align: m.x > (option.xAxis[0].min + option.xAxis[0].max) / 2 ? 'right' : 'left' } }))
    }
  }
  option.series = [...bands, ...levels, ...option.series]
  chart.setOption(option)
  if (picture) picture.hidden = true
  new ResizeObserver(() => chart.resize()).observe(host)
}

