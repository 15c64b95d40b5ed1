package crypto

import (
	"crypto/cipher"
	"crypto/sha256"
	"hash"
	"slices"
	"strings"
	"weak"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/cbc"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// entry is an attribute of an item that takes part. Items of many tiny
// attributes must not cost many times their size, so there is no value in it.
type entry struct {
	name  string
	known *attribute // nil for the default action
}

// scratch is what the work on one item needs and the next item can use again.
type scratch struct {
	entries []entry
	values  []types.AttributeValue // of the entries, unless nil
	hasher  *tlv.Hasher
	decoder tlv.Decoder
	digest  digest
	buf     []byte
	out     []byte
	ivs     []byte
	spans   []int
	plain   []byte // decrypted; cleared after use

	mac       hash.Hash // of macKey
	macKey    *cmp.HMACKey
	encrypter keyed[cbc.Encrypter]
	decrypter keyed[cbc.Decrypter]
}

func newScratch() *scratch { return &scratch{hasher: tlv.NewHasher()} }

// maxPooledEntries bounds what a pooled scratch holds on to, and up to where it
// is worth to remember values.
const maxPooledEntries = 1 << 10

// maxPooledBytes is the largest item that DynamoDB stores, and some more.
const maxPooledBytes = 512 << 10

func (t *table) getScratch() *scratch { return t.scratch.Get().(*scratch) }

func (t *table) putScratch(s *scratch) {
	if cap(s.entries) > maxPooledEntries {
		s.entries = nil
	}
	if cap(s.plain) > maxPooledBytes {
		s.plain = nil
	}
	clear(s.entries)
	clear(s.values)
	s.decoder.Release()
	s.hasher.Release()
	t.scratch.Put(s)
}

// value returns the value of entry i, which is item's.
func (s *scratch) value(i int, item Item) types.AttributeValue {
	if len(s.values) > 0 {
		return s.values[i]
	}
	return item[s.entries[i].name]
}

// sort puts the entries in another order.
func (s *scratch) sort(order tlv.Order) {
	clear(s.values)
	s.values = s.values[:0]
	sortEntries(s.entries, order)
}

func sortEntries(entries []entry, order tlv.Order) {
	if order == tlv.UTF8Order {
		slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
		return
	}
	slices.SortFunc(entries, func(a, b entry) int { return order.CompareStrings(a.name, b.name) })
}

// nameDigest returns the digest of an attribute name, computed for names that
// the actions don't have.
func (s *scratch) nameDigest(e entry) *digest {
	if e.known != nil {
		return &e.known.digest
	}
	s.buf = append(s.buf[:0], e.name...)
	s.digest = sha256.Sum256(s.buf)
	return &s.digest
}

// newHash returns the hash that a key's digest interface wants, again the same
// one for an HMAC key.
func (s *scratch) newHash(key interface{ NewHash() hash.Hash }) hash.Hash {
	hmacKey, ok := key.(*cmp.HMACKey)
	if !ok {
		return key.NewHash()
	}
	if s.macKey != hmacKey {
		s.mac, s.macKey = hmacKey.NewHash(), hmacKey
	}
	s.mac.Reset()
	return s.mac
}

// keyed is what works under an AES key. It is kept only once the same key comes a
// second time: content keys of one item are not.
type keyed[W any] struct {
	key    *cmp.AESKey
	worker *W
	last   weak.Pointer[cmp.AESKey]
}

func (k *keyed[W]) get(key cmp.BlockKey, create func(cipher.Block) W) *W {
	aesKey, _ := key.(*cmp.AESKey)
	if aesKey != nil && k.key == aesKey {
		return k.worker
	}
	worker := create(key.Block())
	if aesKey != nil && k.last == weak.Make(aesKey) {
		k.key, k.worker = aesKey, &worker
	} else {
		k.key, k.worker = nil, nil
		k.last = weak.Make(aesKey)
	}
	return &worker
}
