package jsonstat

// A payload's millions of cells are nearly all plain numbers and nulls that lie whole in what has been read. These
// loops take them without a call for each; whatever is less plain is left to the scanner, which also finds the faults.

// run finds elements ",value" at the start of text, at most limit, and gives how many bytes and cells they are.
func run(text string, limit int64) (n int, count int64) {
	for n < len(text) && text[n] == ',' && count < limit {
		to := plain(text, space(text, n+1))
		if to == 0 {
			break
		}
		n = to
		count++
	}
	return n, count
}

// sparseRun finds members `,"position":value` with positions that rise above last, and keeps the positions.
func (c *cells) sparseRun(text string, limit, last int64) (n int, count int64) {
	for n < len(text) && text[n] == ',' && count < limit {
		j := space(text, n+1)
		if j >= len(text) || text[j] != '"' {
			break
		}
		j++
		first, at := j, int64(0)
		for j < len(text) && text[j]-'0' <= 9 && j-first < 18 {
			at = at*10 + int64(text[j]-'0')
			j++
		}
		if j == first || j+1 >= len(text) || text[j] != '"' || text[j+1] != ':' || text[first] == '0' || at <= last {
			break
		}
		to := plain(text, space(text, j+2))
		if to == 0 {
			break
		}
		c.at = append(c.at, at)
		last, n = at, to
		count++
	}
	return n, count
}

func space(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\r' || text[i] == '\t') {
		i++
	}
	return i
}

// plain finds the end of a number without exponent, or of null, that begins at i; 0 is none. What follows it has to be
// in text too, or the number might go on.
func plain(text string, i int) int {
	if i < len(text) && text[i] == 'n' {
		if i+4 < len(text) && text[i:i+4] == "null" && ends(text[i+4]) {
			return i + 4
		}
		return 0
	}
	if i < len(text) && text[i] == '-' {
		i++
	}
	first := i
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	if i == first || text[first] == '0' && i > first+1 {
		return 0
	}
	if i < len(text) && text[i] == '.' {
		i++
		point := i
		for i < len(text) && text[i]-'0' <= 9 {
			i++
		}
		if i == point {
			return 0
		}
	}
	if i >= len(text) || !ends(text[i]) || i-first > longestPlain {
		return 0
	}
	return i
}

// longestPlain keeps numbers that a float64 might not hold out of the fast way.
const longestPlain = 300

func ends(c byte) bool { return c == ',' || c == ']' || c == '}' || c <= ' ' }
