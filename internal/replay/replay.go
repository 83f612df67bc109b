// Package replay holds the tests that take recorded answers of publishers from a local HTTP server through the real engine to
// published figures. Nothing below HTTP stands in for something else; only the publishers are replayed.
package replay
