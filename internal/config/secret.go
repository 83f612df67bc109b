package config

import (
	"fmt"
	"net/url"
	"os"
	"strings"
)

// longestSecret bounds a secret's file: what is longer is not a password.
const longestSecret = 4096

// Secret reads a secret from a file; a line end at its end is left out.
func Secret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", &Error{path, 0, "the secret cannot be read: " + err.Error(), "name a file that this user may read"}
	}
	if !info.Mode().IsRegular() || info.Size() > longestSecret {
		return "", &Error{path, 0, "it is not a file with a secret", fmt.Sprintf("name a file of at most %d bytes", longestSecret)}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", &Error{path, 0, "the secret cannot be read: " + err.Error(), "give the file to the user that runs Utfall: chown and chmod 0400"}
	}
	text := strings.TrimRight(string(b), "\r\n")
	if text == "" || strings.ContainsAny(text, "\n\x00") {
		return "", &Error{path, 0, "it does not hold one line with a secret", "write the password into it and nothing else"}
	}
	return text, nil
}

// WithPassword puts the secret of a file into a server's address; without a file the address stays as it is.
func WithPassword(address, file string) (string, error) {
	if file == "" {
		return address, nil
	}
	if address == "" {
		return "", &Error{file, 0, "a password is given and no server", "give clickhouse.address as well, or leave clickhouse.password_file out"}
	}
	secret, err := Secret(file)
	if err != nil {
		return "", err
	}
	u, err := parseServer(address)
	if err != nil {
		return "", &Error{file, 0, "the server's address cannot be read", "write " + Server.Like()}
	}
	if hasPassword(address) {
		return "", &Error{file, 0, "the server's address holds a password too", "leave one of them out"}
	}
	name := "default"
	if u.User != nil {
		name = u.User.Username()
	}
	u.User = url.UserPassword(name, secret)
	return u.String(), nil
}
