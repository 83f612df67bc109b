// Package freeport finds ports for the programs that tests start. It imports the standard library only, and only tests import it.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// The ports taken from lie below those that Linux gives to connections that name none (ip_local_port_range, from 32768 on):
// a port from there can be taken by anybody's connection between the finding and the use.
const first, last = 12_000, 32_000

// Take gives a loopback port that nobody listens on.
func Take(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := first + rand.IntN(last-first)
		if l, err := net.Listen("tcp", Address(port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no free port in a hundred tries")
	return 0
}

// Address writes a loopback port as a program is told it.
func Address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
