//go:build interop

package interop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// itemsPerTampered is how many items of a direction there are to one that is tampered with, in each way.
const itemsPerTampered = 8

// TestLibraryRefusesWhatPublishedClientsRefuse opens items that were tampered with by the library and by a published
// client. Where the verdicts differ, a reason that is known must hold.
func TestLibraryRefusesWhatPublishedClientsRefuse(t *testing.T) {
	ctx := context.Background()
	java, python := startPeers(ctx, t)
	items := max(1, numberFrom(t, itemsVariable, defaultItems)/itemsPerTampered)
	seed := uint64(numberFrom(t, seedVariable, defaultSeed))
	forPython, forJava := Library{}, Library{JavaOrder: true}
	for _, d := range []direction{
		{"Java as Go sealed it", forJava, java, Clients{Java: true}, nil},
		{"Java as Java sealed it", java, java, Clients{Java: true}, nil},
		{"Java as Python sealed it", python, java, Clients{Java: true, Python: true}, nil},
		{"Python as Go sealed it", forPython, python, Clients{Python: true}, nil},
		{"Python as Java sealed it", java, python, Clients{Java: true, Python: true}, nil},
		{"Python as Python sealed it", python, python, Clients{Python: true}, nil},
	} {
		t.Run("beside "+d.name, func(t *testing.T) {
			t.Parallel()
			generator := NewGenerator(seed, testKeys(t), d.clients)
			c := &comparison{direction: d, rnd: rand.New(rand.NewPCG(seed, 1)), tally: newTally(), cases: func(t *testing.T) Case {
				for {
					if c := next(t, generator); c.Request.maySign() {
						return c
					}
				}
			}}
			start := time.Now()
			for index := range items {
				c.next(ctx, t, fmt.Sprintf("%s, seed %d, item %d", d.name, seed, index))
			}
			t.Logf("%s: %d items (seed %d) in %s: %s", d.name, items, seed, time.Since(start).Round(100*time.Millisecond), c.tally)
			for _, verdict := range []string{bothAccept, bothRefuse} {
				assert.NotZero(t, c.tally.counts[verdict], verdict)
			}
		})
	}
}

// A comparison is between the library and the reader of a direction.
type comparison struct {
	direction
	rnd *rand.Rand
	// cases makes the items that are sealed and tampered with.
	cases func(t *testing.T) Case
	tally *tally
}

const (
	bothAccept = "both accept"
	bothRefuse = "both refuse"
)

// next seals one item and tampers with it in every way, one at a time.
func (c *comparison) next(ctx context.Context, t *testing.T, where string) {
	sealing := c.cases(t)
	where = fmt.Sprintf("%s (%s)", where, sealing.Name)
	sealed, err := c.writer.Do(ctx, sealing.Request)
	require.NoError(t, withoutValues(err), where)
	for i, tampering := range slices.Concat(unsealing, suspicious, describing) {
		o := newOpening(t, c.rnd, sealing.Request, sealed)
		if !tampering.apply(o) {
			continue
		}
		what := where + ": " + tampering.name
		ourErr := c.compare(ctx, t, o, what, i >= len(unsealing)+len(suspicious))
		if i < len(unsealing) {
			assert.ErrorIs(t, ourErr, crypto.ErrSignature, what)
		}
	}
}

// compare has an item opened by both clients and returns the library's error.
func (c *comparison) compare(ctx context.Context, t *testing.T, o *opening, where string, onlyDescription bool) error {
	request := o.changed(t)
	ours, ourErr := Library{}.Do(ctx, request)
	theirs, theirErr := c.reader.Do(ctx, request)
	var refused *PeerError
	if theirErr != nil {
		require.ErrorAs(t, theirErr, &refused, where)
	}
	switch {
	case ourErr != nil && theirErr != nil:
		c.tally.add(bothRefuse)
	case ourErr == nil && theirErr == nil:
		c.tally.add(bothAccept)
		names, err := differing(theirs, ours)
		require.NoError(t, err, where)
		assert.Empty(t, names, "%s: attributes that the clients read differently", where)
	case ourErr == nil:
		reason := o.whyWeAccept(onlyDescription)
		c.tally.add("only we accept: " + reason)
		assert.NotEmpty(t, reason, "%s: we accept, they refuse: %v", where, withoutValues(theirErr))
	default:
		reason := o.whyWeRefuse(ourErr)
		c.tally.add("only we refuse: " + reason)
		assert.NotEmpty(t, reason, "%s: we refuse, they accept: %v", where, ourErr)
	}
	return ourErr
}

// whyWeAccept says why we may accept what a published client refuses, if there is a reason.
func (o *opening) whyWeAccept(onlyDescription bool) string {
	_, decrypts := o.named(ActionEncrypt)
	provider := o.request.Provider
	raw, _ := o.binary(o.description())
	description, err := cmp.ParseMaterialDescription(raw)
	_, saysHow := description[cmp.DescriptionWrapAlgorithm]
	switch {
	case !decrypts && o.request.says(ActionEncrypt) && provider.Type == ProviderStatic && provider.EncryptionKey == nil:
		// Python asks for a decryption key if an action says encrypt, although no attribute has it.
		return "no key to decrypt, and nothing to decrypt"
	case onlyDescription && !decrypts:
		// The published clients unwrap the content key, and look for how to use it, all the same.
		return "nothing to decrypt"
	case onlyDescription && err == nil && !saysHow && provider.Type == ProviderWrapped && provider.UnwrappingKey.Algorithm == "AES":
		return "AESWrap where the description does not say"
	case provider.Type == ProviderKMS && o.hasOddNumberKey():
		// The published clients ask KMS with the text of the number, we with that which DynamoDB returns.
		return "a number key that is not written as DynamoDB returns it"
	default:
		return ""
	}
}

// hasOddNumberKey reports whether a key is a number in another form than DynamoDB's.
func (o *opening) hasOddNumberKey() bool {
	for _, name := range []string{o.request.PartitionKey, o.request.SortKey} {
		value, _ := o.item[name].(map[string]any)
		if text, ok := value["N"].(string); ok {
			if normal, err := normalNumber(text); err == nil && normal != text {
				return true
			}
		}
	}
	return false
}

// says reports whether some action, of an attribute that may be absent, is this one.
func (r Request) says(action string) bool {
	for _, a := range r.Actions {
		if a == action {
			return true
		}
	}
	return r.defaultAction() == action
}

// whyWeRefuse says why we may refuse what a published client accepts, if there is a reason.
func (o *opening) whyWeRefuse(err error) string {
	_, signed := o.named(ActionEncrypt, ActionSign)
	switch class := cmp.FailureClass(err); {
	case errors.Is(class, crypto.ErrAlgorithm), errors.Is(class, crypto.ErrDescription):
		return class.Error()
	case errors.Is(class, crypto.ErrCorrupt):
		return "another key length than the description states"
	case !signed:
		// Without an attribute that is signed, Java takes the item as it is.
		return "no attribute left that is signed"
	case class == nil:
		return "not an item that DynamoDB stores"
	default:
		return ""
	}
}
