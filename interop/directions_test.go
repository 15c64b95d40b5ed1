//go:build interop

package interop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

const (
	// itemsVariable names the environment variable that says how many generated items go each way.
	itemsVariable = "DDBCRYPT_INTEROP_ITEMS"
	defaultItems  = 500
	// seedVariable names the one that says which items.
	seedVariable = "DDBCRYPT_INTEROP_SEED"
	defaultSeed  = 1

	// inFlight is how many items of one direction are on their way: enough that no peer waits for the others.
	inFlight = 4
)

// A direction is a client that seals and one that opens what it sealed.
type direction struct {
	name           string
	writer, reader Client
	clients        Clients
	// library is set where we read: it seals the same items, to compare signatures.
	library *Library
}

func TestClientsReadEachOther(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	items, seed := numberFrom(t, itemsVariable, defaultItems), uint64(numberFrom(t, seedVariable, defaultSeed))
	forPython, forJava := Library{}, Library{JavaOrder: true}
	for _, d := range []direction{
		{"Go to Java", forJava, java, Clients{Java: true}, nil},
		{"Java to Go", java, Library{}, Clients{Java: true}, &forJava},
		{"Go to Python", forPython, python, Clients{Python: true}, nil},
		{"Python to Go", python, Library{}, Clients{Python: true}, &forPython},
		{"Java to Python", java, python, Clients{Java: true, Python: true}, nil},
		{"Python to Java", python, java, Clients{Java: true, Python: true}, nil},
	} {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			tally := newTally()
			start := time.Now()
			d.run(ctx, t, NewGenerator(seed, testKeys(t), d.clients), items, seed, tally)
			t.Logf("%s: %d items (seed %d) in %s: %s", d.name, items, seed, time.Since(start).Round(100*time.Millisecond), tally)
			if d.library != nil {
				assert.NotZero(t, tally.counts[sameSignature], "no signature was compared")
			}
		})
	}
}

// sameSignature counts the items whose signature bytes were compared.
const sameSignature = "with the same signature bytes"

func (d direction) run(ctx context.Context, t *testing.T, generator *Generator, items int, seed uint64, tally *tally) {
	var group errgroup.Group
	group.SetLimit(inFlight)
	for index := range items {
		c := next(t, generator)
		group.Go(func() error {
			where := fmt.Sprintf("%s, seed %d, item %d (%s)", d.name, seed, index, c.Name)
			if err := d.roundTrip(ctx, c.Request, tally); err != nil {
				t.Errorf("%s: %v", where, err)
			}
			return nil
		})
	}
	require.NoError(t, group.Wait())
}

// roundTrip runs beside the test's goroutine, so it returns what is wrong. It names attributes and quotes no values.
func (d direction) roundTrip(ctx context.Context, request Request, tally *tally) error {
	sealed, err := d.writer.Do(ctx, request)
	if err != nil {
		return fmt.Errorf("sealing: %w", withoutValues(err))
	}
	plain, err := d.reader.Do(ctx, request.Decrypting(sealed))
	if err != nil {
		return fmt.Errorf("opening: %w", withoutValues(err))
	}
	names, err := differing(request.Item, plain)
	if err != nil || len(names) > 0 {
		return errors.Join(err, fmt.Errorf("attributes %q are not as they were", names))
	}
	tally.add(kinds(request)...)
	if d.library == nil || !isDeterministic(request) {
		return nil
	}
	ours, err := d.library.Do(ctx, request)
	if err != nil {
		return fmt.Errorf("sealing by the library: %w", err)
	}
	if names, err = differing(signatureOf(request, sealed), signatureOf(request, ours)); err != nil || len(names) > 0 {
		return errors.Join(err, errors.New("the library signs differently"))
	}
	tally.add(sameSignature)
	return nil
}

// signatureOf returns an item with only the signature of a sealed one.
func signatureOf(request Request, sealed json.RawMessage) json.RawMessage {
	item, err := parseItem(sealed)
	if err != nil {
		return nil
	}
	name := request.Java.SignatureName()
	return json.RawMessage(mustMarshal(map[string]any{name: item[name]}))
}

// isDeterministic reports whether all that is signed, and the signature of it, is the same each time: no random IVs,
// and no random numbers in the signature. The description is not signed.
func isDeterministic(request Request) bool {
	item, err := parseItem(request.Item)
	for name := range item {
		if request.ActionFor(name) == ActionEncrypt {
			return false
		}
	}
	return err == nil && request.maySign() && !strings.Contains(request.Provider.SigningKey.Algorithm, "ECDSA")
}

// kinds says what kind of provider and signature a request has.
func kinds(request Request) []string {
	algorithm := request.Provider.SigningKey.Algorithm
	_, signature, asymmetric := strings.Cut(algorithm, "with")
	if !asymmetric {
		signature = "HMAC"
	}
	switch provider := request.Provider; {
	case provider.Type == ProviderStatic && provider.EncryptionKey == nil:
		return []string{"static without encryption key", "signed by " + signature}
	case provider.Type == ProviderStatic:
		return []string{"static", "signed by " + signature}
	default:
		return []string{"wrapped by " + provider.WrappingKey.Algorithm, "signed by " + signature}
	}
}

// withoutValues leaves out of a peer's error the text after the class, which may quote the item.
func withoutValues(err error) error {
	var refused *PeerError
	if errors.As(err, &refused) {
		class, _, _ := strings.Cut(refused.Message, ":")
		return &PeerError{Peer: refused.Peer, Message: class}
	}
	return err
}

// A tally counts by name. It may be used concurrently.
type tally struct {
	mu     sync.Mutex
	counts map[string]int
}

func newTally() *tally { return &tally{counts: map[string]int{}} }

func (c *tally) add(names ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		c.counts[name]++
	}
}

func (c *tally) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(c.counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", c.counts[name], name))
	}
	return strings.Join(parts, ", ")
}

// numberFrom reads a positive number from the environment.
func numberFrom(t *testing.T, variable string, byDefault int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return byDefault
	}
	number, err := strconv.Atoi(text)
	require.NoError(t, err, variable)
	require.Positive(t, number, variable)
	return number
}
