package dashboard

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"utfall/schema"
)

// What is said of a request that was given up before it was read to its end. Nothing is known of it then, not even its
// address, so both languages are used.
var (
	addressTooLong = problem{http.StatusRequestHeaderFieldsTooLarge, inBoth("Adressen är för lång. Välj färre områden, eller hämta hela filen under Data.",
		"The address is too long. Choose fewer areas, or download the whole file under Data.")}
	bodyTooLarge = problem{http.StatusRequestEntityTooLarge, inBoth("Det som skickades är för stort. Korta texten och skicka igen.",
		"What was sent is too large. Shorten the text and send it again.")}
)

func inBoth(sv, en string) schema.Text { return schema.Text{SV: sv + " " + en, EN: en} }

// Bounds of what is read, and thrown away, of a request that is too large.
const (
	mostDrained  = 16 << 20
	longestDrain = 10 * time.Second
	drainPause   = time.Second
)

// unread tells a request that was given up for its size, with what to say of it.
func unread(err error) (problem, bool) {
	var fe *fiber.Error
	if !errors.As(err, &fe) {
		return problem{}, false
	}
	switch fe.Code {
	case http.StatusRequestHeaderFieldsTooLarge:
		return addressTooLong, true
	case http.StatusRequestEntityTooLarge:
		return bodyTooLarge, true
	}
	return problem{}, false
}

// drain reads what is still coming until the sender pauses. A connection that is closed with bytes unread is reset,
// and a reset overtakes the answer: the sender would see a broken connection instead of being told what is wrong.
func drain(conn net.Conn) {
	if conn == nil {
		return
	}
	buf := make([]byte, 32<<10)
	end := time.Now().Add(longestDrain)
	for read := 0; read < mostDrained && time.Now().Before(end); {
		if conn.SetReadDeadline(time.Now().Add(drainPause)) != nil {
			return
		}
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		read += n
	}
}
