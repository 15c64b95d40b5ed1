// Package user has a type as most programs have it.
package user

//go:generate go run github.com/ddbcrypt/ddbcrypt/cmd/ddbcryptgen -type User

// User has a key, an index, a version and each action.
type User struct {
	_       struct{} `ddbcrypt:"table=users,retired=phone:encrypt"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"sort"`
	Email   string   `dynamodbav:"email"`
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign,index=by-plan:partition"`
	Views   int      `dynamodbav:"views,omitempty" ddbcrypt:"none"`
	Version int64    `dynamodbav:"version" ddbcrypt:"version"`
}
