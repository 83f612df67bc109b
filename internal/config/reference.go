package config

import (
	"fmt"
	"strings"
)

// Reference writes the list of every key as Markdown; deploy/CONFIG.md is made from it.
func Reference() string {
	var b strings.Builder
	b.WriteString("| key | value | default | what it does | at SIGHUP |\n| --- | --- | --- | --- | --- |\n")
	for _, o := range Options() {
		reload := "restart"
		if o.Reload {
			reload = "taken over"
		}
		fmt.Fprintf(&b, "| `%s`<br>`--%s`<br>`%s` | %s | %s | %s | %s |\n", o.Key, o.Flag, o.Environment(), o.Kind.Like(), o.Default, o.Does, reload)
	}
	return b.String()
}
