// Draws every <script type="application/json" data-chart> in place of the picture that the server drew. Functions
// cannot stand in JSON, so the option names its formatter and this file knows what the name means.
import * as echarts from 'echarts/core'
import { LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import { SVGRenderer } from 'echarts/renderers'

echarts.use([LineChart, AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer])

function draw (script) {
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
    formatter: items => items.filter(i => i.value[1] !== null && i.value[1] !== undefined)
      .map(i => `${i.seriesName}, ${i.value[2]}: ${number(i.value[1])}`).join('\n')
  }
  for (const axis of [].concat(option.xAxis)) axis.axisLabel = { ...axis.axisLabel, formatter: v => String(Math.round(v)), fontSize: 12, color: colour('--ink-2') }
  for (const axis of [].concat(option.yAxis)) {
    axis.axisLabel = { ...axis.axisLabel, formatter: number, fontSize: 12, color: colour('--ink-2') }
    axis.splitLine = { lineStyle: { color: colour('--line') } }
  }
  for (const s of option.series) s.endLabel = { show: option.series.length > 1, formatter: '{a}', fontSize: 12, color: 'inherit' }
  const picture = host.firstElementChild
  const live = document.createElement('div')
  live.className = 'live-chart'
  live.setAttribute('aria-hidden', 'true') // the caption and the table say the same
  host.append(live)
  const chart = echarts.init(live, null, { renderer: 'svg' })
  chart.setOption(option)
  if (picture) picture.hidden = true
  new ResizeObserver(() => chart.resize()).observe(host)
}

for (const script of document.querySelectorAll('script[data-chart]')) draw(script)
