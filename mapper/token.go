package mapper

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/itemkey"
)

// token is where a page ended, as text: JSON in base64.
type token struct {
	What []byte                `json:"w"` // digest of what is read
	Key  map[string]tokenValue `json:"k"`
}

// tokenValue is a key attribute, one of the three.
type tokenValue struct {
	S *string `json:",omitempty"`
	N *string `json:",omitempty"`
	B []byte  `json:",omitempty"`
}

// whatSize is how much of the digest is in a token: it is to notice mistakes, not
// forgeries.
const whatSize = 8

// maxToken is far above what the keys of a table and of an index take.
const maxToken = 64 << 10

// digest is of what is read. The segment counts in a parallel scan.
func (r *reading) digest(segment int) []byte {
	sum := sha256.Sum256([]byte(r.what(segment)))
	return sum[:whatSize]
}

// newToken returns the token of a position in a segment, or "" for none.
func (r *reading) newToken(segment int, position crypto.Item) string {
	if len(position) == 0 {
		return ""
	}
	t := token{r.digest(segment), map[string]tokenValue{}}
	for name, v := range position {
		switch v := v.(type) {
		case *types.AttributeValueMemberS:
			t.Key[name] = tokenValue{S: &v.Value}
		case *types.AttributeValueMemberN:
			t.Key[name] = tokenValue{N: &v.Value}
		case *types.AttributeValueMemberB:
			t.Key[name] = tokenValue{B: v.Value}
		}
	}
	text, err := json.Marshal(t)
	if err != nil {
		return "" // strings and bytes always encode
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// parseToken is the inverse. A token may come from anywhere.
func (r *reading) parseToken(text string) (crypto.Item, error) {
	malformed := fmt.Errorf("%w: StartToken: it is not the Next of a page", crypto.ErrConfig)
	if len(text) > maxToken {
		return nil, malformed
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, malformed
	}
	var t token
	if json.Unmarshal(data, &t) != nil || len(t.Key) == 0 {
		return nil, malformed
	}
	if !slices.Equal(t.What, r.digest(0)) {
		return nil, fmt.Errorf("%w: StartToken: it belongs to another table, index, direction or segment", crypto.ErrConfig)
	}
	position := crypto.Item{}
	for name, v := range t.Key {
		switch {
		case v.S != nil && v.N == nil && v.B == nil:
			position[name] = &types.AttributeValueMemberS{Value: *v.S}
		case v.N != nil && v.S == nil && v.B == nil:
			position[name] = &types.AttributeValueMemberN{Value: *v.N}
		case v.B != nil && v.S == nil && v.N == nil:
			position[name] = &types.AttributeValueMemberB{Value: v.B}
		default:
			return nil, malformed
		}
		if keyFault(position[name]) != "" {
			return nil, malformed
		}
	}
	if r.newToken(0, position) != text {
		return nil, malformed
	}
	for name := range r.equal {
		if !itemkey.Matches(position, crypto.Item{name: r.equal[name]}) {
			return nil, fmt.Errorf("%w: StartToken: it belongs to another partition", crypto.ErrConfig)
		}
	}
	return position, nil
}
