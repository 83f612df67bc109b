package reference

// disclosureMethods turns the cases of disclosure control into calls of stats/disclosure.
var disclosureMethods = map[string]func(c Case) (any, error){}
