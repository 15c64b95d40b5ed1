package tags_test

import (
	"fmt"
	"reflect"

	"github.com/ddbcrypt/ddbcrypt/tags"
)

func ExampleOf() {
	type User struct {
		_       struct{} `ddbcrypt:"table=users"`
		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
		Email   string   `dynamodbav:"email"`
		Plan    string   `dynamodbav:"plan" ddbcrypt:"sign"`
		Views   int      `dynamodbav:"views" ddbcrypt:"none"`
		Version int64    `dynamodbav:"version" ddbcrypt:"version"`
	}

	model, err := tags.Of(reflect.TypeFor[User]())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("table", model.Table())
	for _, a := range model.Attributes() {
		fmt.Println(a.Name, a.Action)
	}
	// Output:
	// table users
	// email encrypt
	// id sign
	// plan sign
	// version sign
	// views none
}

func ExampleOf_wrongTags() {
	type User struct {
		ID    string `dynamodbav:"id" ddbcrypt:"encrypt,partition"`
		Email string `dynamodbav:"email" ddbcrypt:"sing"`
	}

	_, err := tags.Of(reflect.TypeFor[User]())
	fmt.Println(err)
	// Output:
	// tags: type tags_test.User, field ID, tag "encrypt,partition": "partition" cannot be encrypted because DynamoDB or a condition reads it, use "sign"
	// tags: type tags_test.User, field Email, tag "sing": unknown word "sing", did you mean "sign"?
}

func ExampleParseField() {
	tag, err := tags.ParseField("ID", "none,partition")
	fmt.Println(tag.Action, tag.Partition, err)
	// Output: none true <nil>
}
