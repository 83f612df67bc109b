package engine

import (
	"fmt"
	"os"
	"syscall"

	"github.com/ebitengine/purego"
)

// becomeInteractive puts a terminal of its own in the place of this process's standard input and returns the
// terminal's other end.
//
// Without one, clickhouse-local ends its whole process at the first exception in a connection's thread, and a wrong
// password, a browser on the port or a client that hangs up in a bad moment are such exceptions. Its interactive form
// ends that one connection, as a server does, and it is interactive only when standard input is a terminal.
func becomeInteractive() (other *os.File, err error) {
	var (
		openTerminal   func(flags int32) int32
		grantTerminal  func(descriptor int32) int32
		unlockTerminal func(descriptor int32) int32
		terminalName   func(descriptor int32) string
		duplicate      func(from, to int32) int32
	)
	for name, target := range map[string]any{
		"posix_openpt": &openTerminal, "grantpt": &grantTerminal, "unlockpt": &unlockTerminal, "ptsname": &terminalName, "dup2": &duplicate,
	} {
		symbol, err := purego.Dlsym(purego.RTLD_DEFAULT, name)
		if err != nil {
			return nil, fmt.Errorf("open a terminal for the engine: %w", err)
		}
		purego.RegisterFunc(target, symbol)
	}
	descriptor := openTerminal(syscall.O_RDWR | syscall.O_NOCTTY)
	if descriptor < 0 {
		return nil, fmt.Errorf("open a terminal for the engine: the system gives none; /dev/ptmx and /dev/pts must be there")
	}
	if grantTerminal(descriptor) != 0 || unlockTerminal(descriptor) != 0 {
		syscall.Close(int(descriptor))
		return nil, fmt.Errorf("open a terminal for the engine: the system does not grant it; is /dev/pts mounted?")
	}
	name := terminalName(descriptor)
	other = os.NewFile(uintptr(descriptor), "/dev/ptmx")
	terminal, err := syscall.Open(name, syscall.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		other.Close()
		return nil, fmt.Errorf("open a terminal for the engine: %s: %w", name, err)
	}
	defer syscall.Close(terminal)
	if duplicate(int32(terminal), 0) != 0 {
		other.Close()
		return nil, fmt.Errorf("make a terminal the engine's standard input failed")
	}
	return other, nil
}
