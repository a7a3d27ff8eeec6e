// Asks one question: the answer on stdout, what happened on stderr; exit code 0 only if the answer is whole.
package main

import (
	"context"
	"crypto/rand"
	"flag"
	"fmt"
	"log"

	pb "example.com/ask/gen/meanwhile/v1"
)

func main() {
	log.SetFlags(0)
	server := flag.String("server", "127.0.0.1:7420", "where the server is")
	text := flag.String("text", "", "what to ask")
	flag.Parse()
	if *text == "" {
		log.Fatal("-text says what to ask")
	}
	got, err := ask(context.Background(), *server, *text)
	if err != nil {
		log.Fatal("failed: ", inWords(err))
	}
	fmt.Println(got)
}

func ask(ctx context.Context, server, text string) (string, error) {
	connection, err := connect(server)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	client := pb.NewSessionServiceClient(connection)

	// The same request_id in each try: however often it is sent, there is one session and one message.
	created, err := call(ctx, client.CreateSession, &pb.CreateSessionRequest{RequestId: rand.Text()})
	if err != nil {
		return "", err
	}
	sessionID := created.Session.SessionId
	submitted, err := call(ctx, client.SubmitMessage,
		&pb.SubmitMessageRequest{SessionId: sessionID, Text: text, RequestId: rand.Text()})
	if err != nil {
		return "", err
	}
	messageID := submitted.Message.MessageId
	log.Println("session", sessionID, "message", messageID)

	var got answer
	request := &pb.ResponseChunksRequest{
		SessionId: sessionID, MessageId: messageID, Epoch: submitted.Epoch, Follow: true}
	for entry, err := range follow(ctx, client, request) {
		if err != nil {
			return "", err
		} else if entry == nil {
			log.Println("drop")
			got = answer{}
		} else {
			log.Println("entry", entry.Sequence, kind(entry))
			got.add(entry)
		}
	}

	// What a refusal looks like.
	if _, err := call(ctx, client.GetSession, &pb.GetSessionRequest{SessionId: "nobody"}); err != nil {
		log.Println("refused:", inWords(err))
	}
	if !got.whole() {
		read, err := call(ctx, client.GetMessage, &pb.GetMessageRequest{MessageId: messageID})
		if err != nil {
			return "", err
		}
		return "", fmt.Errorf("no whole answer: %v", read.Turn.Message)
	}
	return got.text(), nil
}

// kind is the name of what an entry says, as in the contract.
func kind(entry *pb.ResponseEntry) string {
	message := entry.ProtoReflect()
	if set := message.WhichOneof(message.Descriptor().Oneofs().ByName("kind")); set != nil {
		return string(set.Name())
	}
	return "unknown"
}
