package mapper_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/inprocess"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// post is an item of about 0.5 KB with 10 attributes, 7 of them encrypted.
type post struct {
	_       struct{} `ddbcrypt:"table=posts"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
	Email   string   `dynamodbav:"email"`
	Name    string   `dynamodbav:"name"`
	Count   int      `dynamodbav:"count"`
	Text1   string   `dynamodbav:"text1"`
	Text2   string   `dynamodbav:"text2"`
	Text3   string   `dynamodbav:"text3"`
	Text4   string   `dynamodbav:"text4"`
}

func newPost(i int) *post {
	text := strings.Repeat("The quick brown fox. ", 5)[:95]
	return &post{ID: "alice", Created: int64(i), Plan: "professional", Email: "alice@example.com", Name: "Alice Liddell", Count: 42, Text1: text, Text2: text, Text3: text, Text4: text}
}

// newPosts returns a store with n posts of one partition, and a mapper for it.
func newPosts(t testing.TB, encryptor crypto.ItemEncryptor, n int) (*memdb.DB, *mapper.Mapper[post]) {
	t.Helper()
	db := newDB(t, "posts", "id", "S", "created", "N")
	posts, err := mapper.New[post](db.Client(), encryptor)
	require.NoError(t, err)
	all := make([]*post, n)
	for i := range all {
		all[i] = newPost(i)
	}
	require.NoError(t, posts.SaveMany(t.Context(), all))
	return db, posts
}

// replay is a transport that answers at once, each operation with what a store
// answered it first.
type replay struct {
	store   dynamodb.HTTPClient
	answers sync.Map // bodies by operation
}

func (r *replay) Do(req *http.Request) (*http.Response, error) {
	operation := req.Header.Get("X-Amz-Target")
	if body, ok := r.answers.Load(operation); ok {
		return inprocess.Response(req, http.StatusOK, http.Header{}, body.([]byte)), nil
	}
	resp, err := r.store.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	r.answers.Store(operation, body)
	return inprocess.Response(req, http.StatusOK, http.Header{}, body), nil
}

// pageSource is a transport that answers scans without a store: with the same page of
// items again and again, as often as it has pages. Each segment has its part of them.
type pageSource struct {
	page  []byte // an answer without its end
	pages int
}

// newPageSource returns a source of pages with so many posts each, which an encryptor
// seals.
func newPageSource(t testing.TB, encryptor crypto.ItemEncryptor, perPage, pages int) *pageSource {
	t.Helper()
	db, posts := newPosts(t, encryptor, perPage)
	recorded := &replay{store: db}
	out, err := db.Client(throughTransport(recorded)).Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String(posts.Table())})
	require.NoError(t, err)
	require.Nil(t, out.LastEvaluatedKey, "so many items are not one page")
	body, _ := recorded.answers.Load("DynamoDB_20120810.Scan")
	page := body.([]byte)
	return &pageSource{page[:len(page)-1], pages}
}

func (s *pageSource) Do(req *http.Request) (*http.Response, error) {
	var asked struct {
		TotalSegments     int
		ExclusiveStartKey struct{ Created struct{ N string } }
	}
	if err := json.NewDecoder(req.Body).Decode(&asked); err != nil {
		return nil, err
	}
	number, _ := strconv.Atoi(asked.ExclusiveStartKey.Created.N) // none is the first
	number++
	end := "}"
	if number < s.pages/max(asked.TotalSegments, 1) {
		end = fmt.Sprintf(`,"LastEvaluatedKey":{"id":{"S":"page"},"created":{"N":"%d"}}}`, number)
	}
	return inprocess.Response(req, http.StatusOK, http.Header{}, append(s.page[:len(s.page):len(s.page)], end...)), nil
}

// mapper returns a mapper that reads from the source.
func (s *pageSource) mapper(t testing.TB, encryptor crypto.ItemEncryptor) *mapper.Mapper[post] {
	t.Helper()
	m, err := mapper.New[post](memdb.New().Client(throughTransport(s)), encryptor)
	require.NoError(t, err)
	return m
}
