package memkms

import (
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// defaultAccount is the one that AWS uses in its examples.
const defaultAccount = "111122223333"

// KMS is an in-process AWS KMS: one account, every Region. Use [New]; the zero
// KMS is not ready. All methods are safe for concurrent use, and calls run
// concurrently without a limit.
type KMS struct {
	account string
	latency atomic.Int64 // time.Duration
	calls   recorder

	mu      sync.RWMutex
	keys    map[place]*key
	aliases map[place]string // names with "alias/" to key ids
	rules   []ruling
	grants  map[string][]Rule // by token
	inject  func(Request) Fault
}

// place is a name in a Region: a key id or an alias.
type place struct{ region, name string }

// Option is an option of [New].
type Option func(*KMS)

// WithAccount sets the account id in ARNs, 111122223333 without it.
func WithAccount(id string) Option {
	return func(k *KMS) { k.account = id }
}

// New returns a KMS without keys, in which every caller may do everything.
func New(options ...Option) *KMS {
	k := &KMS{
		account: defaultAccount,
		keys:    map[place]*key{},
		aliases: map[place]string{},
		grants:  map[string][]Rule{},
	}
	for _, option := range options {
		option(k)
	}
	return k
}

var _ aws.HTTPClient = (*KMS)(nil)
