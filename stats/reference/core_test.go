package reference

// coreMethods turns the cases of intervals, standardisation, trends and comparisons into calls of stats.
var coreMethods = map[string]func(c Case) (any, error){}
