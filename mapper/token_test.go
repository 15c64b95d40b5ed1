package mapper_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// positions returns a mapper whose queries and scans end at once, at *last, and where
// the last one began.
func positions(t testing.TB, last *crypto.Item, options ...mapper.Option) (*mapper.Mapper[user], *crypto.Item) {
	began := new(crypto.Item)
	return newMapper[user](t, &reader{
		query: func(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
			*began = in.ExclusiveStartKey
			return &dynamodb.QueryOutput{LastEvaluatedKey: *last}, nil
		},
		scan: func(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
			*began = in.ExclusiveStartKey
			return &dynamodb.ScanOutput{LastEvaluatedKey: *last}, nil
		},
	}, options...), began
}

func queryToken(t testing.TB, users *mapper.Mapper[user], options ...mapper.QueryOption) string {
	t.Helper()
	for page, err := range users.QueryPages(t.Context(), append(options, mapper.Partition("alice"))...) {
		require.NoError(t, err)
		return page.Next
	}
	return ""
}

func scanToken(t testing.TB, users *mapper.Mapper[user], options ...mapper.ScanOption) string {
	t.Helper()
	for page, err := range users.ScanPages(t.Context(), options...) {
		require.NoError(t, err)
		return page.Next
	}
	return ""
}

func TestATokenTellsWhereAPageEnded(t *testing.T) {
	last := crypto.Item{"id": str("alice <&\u2028\x00 é"), "created": num("-1.5E+3"), "plan": bin(0, 255)}
	users, began := positions(t, &last)
	token := scanToken(t, users)
	end := last
	last = nil
	assert.Empty(t, scanToken(t, users, mapper.StartToken(token)), "after the last page")
	assert.Equal(t, end, *began)
	assert.Empty(t, scanToken(t, users, mapper.StartToken("")))
	assert.Nil(t, *began)
	assert.NotContains(t, token, "=", "it fits an address")
}

func TestATokenFitsWhatItIsOf(t *testing.T) {
	last := crypto.Item{"id": str("alice"), "created": num("1")}
	users, _ := positions(t, &last)
	other, _ := positions(t, &last, mapper.WithTable("others"))
	byARN, began := positions(t, &last, mapper.WithTable("arn:aws:dynamodb:eu-west-1:123456789012:table/users"))
	token := queryToken(t, users)
	end := last
	last = nil
	assert.Empty(t, queryToken(t, byARN, mapper.StartToken(token)), "the name and the ARN are the same table")
	assert.Equal(t, end, *began)
	last = end

	foreign := map[string]error{}
	query := func(name string, m *mapper.Mapper[user], token string, options ...mapper.QueryOption) {
		foreign[name] = failure(t, m.Query(t.Context(), append(options, mapper.StartToken(token))...))
	}
	scan := func(name, token string, options ...mapper.ScanOption) {
		foreign[name] = failure(t, users.Scan(t.Context(), append(options, mapper.StartToken(token))...))
	}
	alice := mapper.Partition("alice")
	query("a query of another table", other, token, alice)
	query("a query backwards", users, token, alice, mapper.Descending())
	query("a query forwards", users, queryToken(t, users, mapper.Descending()), alice)
	query("a query of another partition", users, token, mapper.Partition("bob"))
	query("a query with another sort key", users, token, alice, mapper.SortEqual(2))
	query("a query", users, scanToken(t, users), alice)
	scan("a scan", token)
	scan("a scan of another segment", scanToken(t, users, mapper.Segment(0, 2)), mapper.Segment(1, 2))
	scan("a scan in other segments", scanToken(t, users, mapper.Segment(0, 2)), mapper.Segment(0, 3))
	scan("a scan without segments", scanToken(t, users, mapper.Segment(0, 2)))
	scan("a scan of one segment", scanToken(t, users), mapper.Segment(0, 2))
	scan("a scan with a token of all segments", scanToken(t, users, mapper.Segments(1)))
	for name, err := range foreign {
		require.ErrorIs(t, err, crypto.ErrConfig, name)
		assert.ErrorContains(t, err, "StartToken: it belongs to another", name)
		assert.NotContains(t, err.Error(), "alice", name)
	}
}

func TestAPageOfAParallelScanTellsHowToGoOnWithItsSegment(t *testing.T) {
	_, users := newUsers(t)
	for i := range 40 {
		require.NoError(t, users.Save(t.Context(), &user{ID: strings.Repeat("x", i+1), Created: 1}))
	}
	seen, ends := map[string]int{}, map[int]string{}
	for page, err := range users.ScanPages(t.Context(), mapper.Segments(3), mapper.PageSize(2)) {
		require.NoError(t, err)
		if _, twice := ends[page.Segment]; twice {
			continue // this page is read again
		}
		ends[page.Segment] = page.Next
		for _, u := range page.Items {
			seen[u.ID]++
		}
	}
	require.Len(t, ends, 3)
	for segment, token := range ends {
		require.NotEmpty(t, token)
		for _, u := range collect(t, users.Scan(t.Context(), mapper.Segment(segment, 3), mapper.StartToken(token))) {
			seen[u.ID]++
		}
	}
	assert.Len(t, seen, 40)
	for id, n := range seen {
		assert.Equal(t, 1, n, "%d letters", len(id))
	}
}

func TestTokensThatNobodyMade(t *testing.T) {
	last := crypto.Item{"id": str("alice"), "created": num("1")}
	users, _ := positions(t, &last)
	token := scanToken(t, users)
	raw, err := base64.RawURLEncoding.DecodeString(token)
	require.NoError(t, err)
	rewritten := func(old, new string) string {
		require.Contains(t, string(raw), old)
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(raw), old, new, 1)))
	}
	for name, text := range map[string]string{
		"no base64":                    "?",
		"base64 of another alphabet":   token + "+/",
		"padding":                      token + "=",
		"a line break":                 token[:4] + "\n" + token[4:],
		"cut off":                      token[:len(token)-4],
		"no JSON":                      base64.RawURLEncoding.EncodeToString([]byte("alice")),
		"null":                         base64.RawURLEncoding.EncodeToString([]byte("null")),
		"a second value":               rewritten(`}}}`, `}}}{}`),
		"blanks":                       rewritten(`{`, `{ `),
		"an attribute twice":           rewritten(`"k":{`, `"k":{"id":{"S":"bob"},`),
		"no attributes":                base64.RawURLEncoding.EncodeToString([]byte(`{"w":"","k":{}}`)),
		"an attribute of two types":    rewritten(`"S":"alice"`, `"S":"alice","N":"1"`),
		"an attribute of no type":      rewritten(`"S":"alice"`, ``),
		"an empty string":              rewritten(`"alice"`, `""`),
		"a number that is none":        rewritten(`"N":"1"`, `"N":"one"`),
		"a text that is not UTF-8":     rewritten(`alice`, "ali\xFFe"),
		"more than tokens have":        rewritten(`{`, `{"x":1,`),
		"members in other letters":     rewritten(`"w"`, `"W"`),
		"far too long":                 strings.Repeat("A", 1<<20),
		"far too long, and well made":  rewritten("alice", strings.Repeat("a", 1<<20)),
		"another character at the end": token[:len(token)-1] + "_",
	} {
		err := failure(t, users.Scan(t.Context(), mapper.StartToken(text)))
		requireClass(t, err, "Scan", crypto.ErrConfig)
		assert.ErrorContains(t, err, "StartToken: it is not the Next of a page", name)
	}
	err = failure(t, users.Scan(t.Context(), mapper.StartToken(rewritten(`"id"`, `"email"`))))
	requireClass(t, err, "Scan", crypto.ErrConfig)
	assert.ErrorContains(t, err, `"email"`)
}

func FuzzToken(f *testing.F) {
	last := crypto.Item{"id": str("alice"), "created": num("1")}
	users, began := positions(f, &last)
	f.Add(scanToken(f, users))
	last["plan"] = bin(1, 2)
	f.Add(scanToken(f, users))
	f.Add("")
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"w":"AAAAAAAAAAA","k":{"id":{"S":"a"}}}`)))
	f.Fuzz(func(t *testing.T, text string) {
		last, *began = nil, nil
		for _, err := range users.ScanPages(t.Context(), mapper.StartToken(text)) {
			if err != nil {
				requireClass(t, err, "ScanPages", crypto.ErrConfig)
				return
			}
		}
		last = *began
		require.Equal(t, text, scanToken(t, users), "what is read is written the same")
	})
}
