package dashboard

import "slices"

// Routes lists the routes that requests are counted by.
func (s *Server) Routes() []string {
	var out []string
	for _, r := range s.app.GetRoutes(true) {
		if r.Method == "GET" {
			out = append(out, r.Path)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Pages lists the names that pages shown without a panel are counted by.
func (s *Server) Pages() []string { return slices.Clone(s.pageNames) }

// counted makes a page's name known.
func (s *Server) counted(name string) string {
	if !slices.Contains(s.pageNames, name) {
		s.pageNames = append(s.pageNames, name)
	}
	return name
}
