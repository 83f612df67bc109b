package main

import (
	"cmp"
	"flag"
	"fmt"
	"net"
	"net/url"

	"utfall/dashboard"
)

// publicFlags say how the pages are reached from outside, who answers for them, and who may show a chart of them.
type publicFlags struct{ address, frames, name, contact string }

func (p *publicFlags) define(f *flag.FlagSet) {
	f.StringVar(&p.address, "public-url", "", "where the pages are reached from outside, such as https://utfall.example.se (default: the dashboard's own address)")
	f.StringVar(&p.frames, "embed-from", "", "web sites that may show a chart in a frame, separated by commas, such as https://example.se (default: none)")
	f.StringVar(&p.name, "organisation", "", "who answers for the pages")
	f.StringVar(&p.contact, "organisation-contact", "", "an e-mail or web address at which they are reached")
}

func (p publicFlags) check() error {
	if u, err := url.Parse(p.address); p.address != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "") {
		return usageError{fmt.Sprintf("--public-url %q is not a web address; write for example https://utfall.example.se", p.address)}
	}
	if err := dashboard.CheckFrames(list(p.frames)); err != nil {
		return usageError{"--embed-from: " + err.Error()}
	}
	return nil
}

func (p publicFlags) public(at net.Addr) dashboard.Public {
	return dashboard.Public{Address: cmp.Or(p.address, "http://"+at.String()), Frames: list(p.frames)}
}

func (p publicFlags) organisation() dashboard.Organisation {
	return dashboard.Organisation{Name: p.name, Contact: p.contact}
}
